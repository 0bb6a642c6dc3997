import type { JSX } from 'preact';
import { addresses, type PageName } from './addresses.ts';
import { matchPath, type Params } from './match-path.ts';
import type { PageProps } from './page-props.ts';
import { DeadLetter } from './pages/dead-letters/dead-letter.tsx';
import { DeadLetters } from './pages/dead-letters/dead-letters.tsx';
import { NewOrder } from './pages/new/new-order.tsx';
import { OperationPage } from './pages/operations/operation.tsx';
import { Operations } from './pages/operations/operations.tsx';
import { Order } from './pages/order/order.tsx';
import { Overview } from './pages/overview/overview.tsx';
import { Schemas } from './pages/schemas/schemas.tsx';
import { Stuck } from './pages/stuck/stuck.tsx';

interface PageEntry {
  title: string;
  view: (props: PageProps) => JSX.Element;
  /** The letter that leads to it after `g`; a page with one is in the navigation. */
  letter?: string;
}

/** All pages, in the order of the navigation. A new one is an entry here and its address in addresses.ts. */
export const pages: Readonly<Record<PageName, PageEntry>> = {
  overview: { title: 'Overview', view: Overview, letter: 'o' },
  order: { title: 'Order', view: Order },
  new: { title: 'Place an order', view: NewOrder, letter: 'n' },
  stuck: { title: 'Stuck', view: Stuck, letter: 's' },
  deadLetters: { title: 'Dead letters', view: DeadLetters, letter: 'd' },
  deadLetter: { title: 'Dead letter', view: DeadLetter },
  operations: { title: 'Operations', view: Operations, letter: 'p' },
  operation: { title: 'Operation', view: OperationPage },
  schemas: { title: 'Schemas', view: Schemas, letter: 'c' },
};

export interface FoundPage extends PageEntry {
  params: Params;
}

/** Finds the page at a path. */
export const findPage = (path: string): FoundPage | undefined => {
  for (const name of Object.keys(pages) as PageName[]) {
    const params = matchPath(addresses[name], path);
    if (params !== undefined) return { ...pages[name], params };
  }
  return undefined;
};

/** The pages that the navigation links to. */
export const linkedPages = (Object.keys(pages) as PageName[]).flatMap((name) => {
  const { title, letter } = pages[name];
  return letter === undefined ? [] : [{ title, letter, href: addresses[name] }];
});
