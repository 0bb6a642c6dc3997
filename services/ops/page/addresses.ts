import { matchPath } from './match-path.ts';

/**
 * The addresses of the page, by the name of what they show; ops answers each with the same page. `:name` stands for
 * one segment, which the view gets as a parameter. A new address needs its entry in pages.tsx.
 */
export const addresses = {
  overview: '/',
  order: '/orders/:key',
  new: '/new',
  stuck: '/stuck',
  deadLetters: '/dead-letters',
  deadLetter: '/dead-letters/:id',
  operations: '/operations',
  operation: '/operations/:id',
  schemas: '/schemas',
} as const;

export type PageName = keyof typeof addresses;

/** Whether the page shows something at a path. */
export const isAddress = (path: string): boolean =>
  Object.values(addresses).some((pattern) => matchPath(pattern, path) !== undefined);
