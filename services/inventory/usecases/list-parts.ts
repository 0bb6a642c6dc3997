import { pageTokenAfter, readPageToken } from '#platform/base/page-token.ts';
import type { Part, PartsFilter } from '../domain/part.ts';

export interface PartsWanted {
  filter: PartsFilter;
  /** Only parts with a greater id. */
  afterId: string | undefined;
  limit: number;
}

export interface ListPartsDeps {
  /** By id, ascending. */
  selectParts: (wanted: PartsWanted) => Promise<Part[]>;
}

export interface ListPartsInput {
  filter: PartsFilter;
  /** 0: as many as is usual. */
  pageSize: number;
  /** Empty: from the beginning. */
  pageToken: string;
}

export interface PartsPage {
  parts: Part[];
  /** Empty when there are no more. */
  nextPageToken: string;
}

const usualPageSize = 100;

/** The parts that fit, by id, a page at a time. Refuses a token that is none. */
export const listParts =
  ({ selectParts }: ListPartsDeps) =>
  async ({ filter, pageSize, pageToken }: ListPartsInput): Promise<PartsPage> => {
    const size = pageSize === 0 ? usualPageSize : pageSize;
    const afterId = readPageToken(pageToken);
    // one more than fits tells whether there is another page
    const found = await selectParts({ filter, afterId, limit: size + 1 });
    const parts = found.slice(0, size);
    const last = found.length > size ? parts.at(-1) : undefined;
    return { parts, nextPageToken: last ? pageTokenAfter(last.partId) : '' };
  };
