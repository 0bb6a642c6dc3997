import type { Sources } from '../domain/sources.ts';
import type { PublisherAtWork, TopicCounts } from '../domain/status.ts';

export interface ShowStatusDeps {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  countTopics: (source: string) => Promise<TopicCounts[]>;
  listPublishers: (source: string) => Promise<PublisherAtWork[]>;
  buckets: number;
}

export interface SourceStatus {
  source: string;
  topics: (TopicCounts & { blockedKeys: number })[];
  publishers: PublisherAtWork[];
  bucketsWithoutOwner: number;
}

/** What waits, what failed and who publishes, per source. */
export const showStatus =
  (deps: ShowStatusDeps) =>
  (source: string): Promise<SourceStatus[]> =>
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
