import type { OutboxEvent } from '../domain/event.ts';
import type { Sources } from '../domain/sources.ts';
import { explain, type Explanation } from '../domain/timeline.ts';

export interface TimelineEntry extends Explanation {
  event: OutboxEvent;
  ageSeconds: number;
}

export interface ShowTimelineDeps {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  loadNow: () => Promise<Date>;
  /** The newest events of a key, by topic and sequence. */
  listNewest: (
    source: string,
    key: { key: string; topic: string },
    limit: number,
  ) => Promise<OutboxEvent[]>;
  listFailed: (source: string, key: { key: string; topic: string }) => Promise<OutboxEvent[]>;
  listPublishers: (source: string) => Promise<{ isExpired: boolean; buckets: number[] }[]>;
}

export interface ShowTimelineInput {
  key: string;
  source: string;
  topic: string;
  limit: number;
}

/** Tells what became of each event of a key, and in words why one is stuck. */
export const showTimeline =
  (deps: ShowTimelineDeps) =>
  async (input: ShowTimelineInput): Promise<{ entries: TimelineEntry[]; hasEarlier: boolean }> => {
    const parts = await Promise.all(
      deps.sources.some(input.source).map((source) => showOf(deps, source, input)),
    );
    return {
      entries: parts.flatMap(({ entries }) => entries),
      hasEarlier: parts.some(({ hasEarlier }) => hasEarlier),
    };
  };

const showOf = async (
  deps: ShowTimelineDeps,
  source: string,
  { key, topic, limit }: ShowTimelineInput,
): Promise<{ entries: TimelineEntry[]; hasEarlier: boolean }> => {
  const [events, failed, publishers, now] = await Promise.all([
    deps.listNewest(source, { key, topic }, limit + 1),
    deps.listFailed(source, { key, topic }),
    deps.listPublishers(source),
    deps.loadNow(),
  ]);
  const published = new Set(
    publishers.flatMap(({ isExpired, buckets }) => (isExpired ? [] : buckets)),
  );
  const { holdsLater } = deps;
  const isPublished = (bucket: number) => published.has(bucket);
  const oldest = events.length > limit ? lowestSeq(events) : undefined;
  const entries = events
    .filter((event) => event !== oldest)
    .map((event) => ({
      event,
      ...explain(event, { now, holdsLater, isPublished, failed }),
      ageSeconds: (now.getTime() - event.createdAt.getTime()) / 1_000,
    }));
  return { entries, hasEarlier: oldest !== undefined };
};

const lowestSeq = (events: readonly OutboxEvent[]): OutboxEvent | undefined =>
  events.reduce<OutboxEvent | undefined>(
    (lowest, event) => (lowest && lowest.seq < event.seq ? lowest : event),
    undefined,
  );
