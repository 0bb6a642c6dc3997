import type { Sources } from '../domain/sources.ts';

interface Counts {
  topic: string;
  failedKeys: number;
}

interface Publisher {
  isExpired: boolean;
  buckets: number[];
}

export interface ShowStatusDeps<C extends Counts, P extends Publisher> {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  countTopics: (source: string) => Promise<C[]>;
  listPublishers: (source: string) => Promise<P[]>;
  buckets: number;
}

export interface SourceStatus<C, P> {
  source: string;
  topics: (C & { blockedKeys: number })[];
  publishers: P[];
  bucketsWithoutOwner: number;
}

/** What waits, what failed and who publishes, per source. */
export const showStatus =
  <C extends Counts, P extends Publisher>(deps: ShowStatusDeps<C, P>) =>
  (source: string): Promise<SourceStatus<C, P>[]> =>
    Promise.all(
      deps.sources.some(source).map(async (name) => {
        const [topics, publishers] = await Promise.all([
          deps.countTopics(name),
          deps.listPublishers(name),
        ]);
        const living = publishers.filter(({ isExpired }) => !isExpired);
        const owned = new Set(living.flatMap(({ buckets }) => buckets)).size;
        return {
          source: name,
          topics: topics.map((each) => ({
            ...each,
            blockedKeys: deps.holdsLater(each.topic) ? each.failedKeys : 0,
          })),
          publishers,
          bucketsWithoutOwner: deps.buckets - owned,
        };
      }),
    );
