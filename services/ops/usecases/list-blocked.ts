import type { Sources } from '../domain/sources.ts';

export interface FailedKey {
  topic: string;
  key: string;
  /** The sequence of the first FAILED event. */
  sequence: bigint;
  reason: string;
  failedAt: Date;
  failedRows: number;
  waitingRows: number;
}

export interface ListBlockedDeps {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  listFailedKeys: (
    source: string,
    page: { topic: string; after: { topic: string; key: string }; limit: number },
  ) => Promise<FailedKey[]>;
}

export interface ListBlockedInput {
  source: string;
  topic: string;
  after: { topic: string; key: string };
  limit: number;
}

export interface BlockedPage {
  keys: (FailedKey & { holdsLater: boolean })[];
  hasMore: boolean;
}

/** Lists one page of the keys with a FAILED event, by topic and key. */
export const listBlocked =
  ({ sources, holdsLater, listFailedKeys }: ListBlockedDeps) =>
  async (input: ListBlockedInput): Promise<BlockedPage> => {
    const { topic, after, limit } = input;
    const page = { topic, after, limit: limit + 1 };
    const found = await listFailedKeys(sources.one(input.source), page);
    const keys = found.slice(0, limit);
    return {
      keys: keys.map((each) => ({ ...each, holdsLater: holdsLater(each.topic) })),
      hasMore: found.length > limit,
    };
  };
