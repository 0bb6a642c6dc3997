import { pageTokenAfter, readPageToken } from '#platform/base/page-token.ts';
import type { Part, PartsFilter } from '../domain/part.ts';

export interface PartsWanted {
  filter: PartsFilter;
  /** Only parts with a greater id are returned. */
  afterId: string | undefined;
  limit: number;
}

export interface ListPartsDeps {
  /** Selects parts, ascending by id. */
  selectParts: (wanted: PartsWanted) => Promise<Part[]>;
}

export interface ListPartsInput {
  filter: PartsFilter;
  /** 0 stands for the default page size. */
  pageSize: number;
  /** Empty for the first page. */
  pageToken: string;
}

export interface PartsPage {
  parts: Part[];
  /** Empty on the last page. */
  nextPageToken: string;
}

const usualPageSize = 100;

/** Lists the parts that match, by id, one page at a time. Refuses an invalid page token. */
export const listParts =
  ({ selectParts }: ListPartsDeps) =>
  async ({ filter, pageSize, pageToken }: ListPartsInput): Promise<PartsPage> => {
    const size = pageSize === 0 ? usualPageSize : pageSize;
    const afterId = readPageToken(pageToken);
    // one extra row shows whether there is another page
    const found = await selectParts({ filter, afterId, limit: size + 1 });
    const parts = found.slice(0, size);
    const last = found.length > size ? parts.at(-1) : undefined;
    return { parts, nextPageToken: last ? pageTokenAfter(last.partId) : '' };
  };
