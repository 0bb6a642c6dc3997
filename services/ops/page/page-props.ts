import type { Params } from './match-path.ts';

/** What the view of a page is given. */
export interface PageProps {
  /** The segments of the address that have a name. */
  params: Params;
  query: URLSearchParams;
}
