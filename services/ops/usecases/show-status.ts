import type { Sources } from '../domain/sources.ts';
import type { PublisherAtWork, TopicCounts, UnwritablePartition } from '../domain/status.ts';

export interface ShowStatusDeps {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  countTopics: (source: string) => Promise<TopicCounts[]>;
  listPublishers: (source: string) => Promise<PublisherAtWork[]>;
  listUnwritable: (source: string) => Promise<UnwritablePartition[]>;
  buckets: number;
}

export interface SourceStatus {
  source: string;
  topics: (TopicCounts & { blockedKeys: number })[];
  publishers: PublisherAtWork[];
  bucketsWithoutOwner: number;
  unwritablePartitions: UnwritablePartition[];
}

/** Shows what waits, what failed and who publishes, per source. */
export const showStatus =
  (deps: ShowStatusDeps) =>
  (source: string): Promise<SourceStatus[]> =>
    Promise.all(
      deps.sources.some(source).map(async (name) => {
        const [topics, publishers, unwritablePartitions] = await Promise.all([
          deps.countTopics(name),
          deps.listPublishers(name),
          deps.listUnwritable(name),
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
          unwritablePartitions,
          bucketsWithoutOwner: deps.buckets - owned,
        };
      }),
    );
