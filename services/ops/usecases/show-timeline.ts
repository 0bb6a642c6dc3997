import type { OutboxEvent } from '../domain/event.ts';
import { waitingWords } from '../domain/held.ts';
import type { Sources } from '../domain/sources.ts';
import type { UnwritablePartition } from '../domain/status.ts';
import { explain, type Explanation } from '../domain/timeline.ts';
import type { ConsumersOfKey, ReadableService, ShowConsumersInput } from './show-consumers.ts';

export interface TimelineEntry extends Explanation {
  event: OutboxEvent;
  ageSeconds: number;
}

export interface ShowTimelineDeps {
  sources: Sources;
  holdsLater: (topic: string) => boolean;
  loadNow: () => Promise<Date>;
  /** Lists the newest events of a key, by topic and sequence. */
  listNewest: (
    source: string,
    key: { key: string; topic: string },
    limit: number,
  ) => Promise<OutboxEvent[]>;
  listFailed: (source: string, key: { key: string; topic: string }) => Promise<OutboxEvent[]>;
  listPublishers: (source: string) => Promise<{ isExpired: boolean; buckets: number[] }[]>;
  listUnwritable: (source: string) => Promise<UnwritablePartition[]>;
  /** Returns undefined when the topic is not known. */
  partitionOf: (topic: string, key: string) => number | undefined;
  listServices: () => Promise<ReadableService[]>;
  showConsumers: (input: ShowConsumersInput) => Promise<ConsumersOfKey>;
}

export interface ShowTimelineInput {
  key: string;
  source: string;
  topic: string;
  limit: number;
}

export interface Timeline extends ConsumersOfKey {
  entries: TimelineEntry[];
}

/**
 * Shows what happened to each event of a key, at its source and its consumers, and describes why one is
 * stuck.
 */
export const showTimeline =
  (deps: ShowTimelineDeps) =>
  async (input: ShowTimelineInput): Promise<Timeline> => {
    const { key, topic, limit } = input;
    const { outboxes, services } = await chosen(deps, input.source);
    const parts = await Promise.all(outboxes.map((source) => showOf(deps, source, input)));
    const entries = parts.flatMap((part) => part.entries);
    const sent = { sentUpTo: highestSent(entries), isSentTo: placesOf(entries) };
    const taken = await deps.showConsumers({ services, key, topic, limit, ...sent });
    const hasEarlier = taken.hasEarlier || parts.some((part) => part.hasEarlier);
    return { ...taken, entries: withHolds(entries, taken, await deps.loadNow()), hasEarlier };
  };

/** Some services have no outbox: they emit nothing, but consume. */
const chosen = async ({ sources, listServices }: ShowTimelineDeps, name: string) => {
  const services = (await listServices()).filter((each) => name === '' || each.name === name);
  const hasOutbox = sources.some('').includes(name);
  const outboxes = name !== '' && !hasOutbox && services.length > 0 ? [] : sources.some(name);
  return { outboxes, services };
};

const placesOf = (entries: readonly TimelineEntry[]): ShowConsumersInput['isSentTo'] => {
  const places = new Set(entries.map(({ event }) => `${event.topic}/${event.partition}`));
  return (topic, partition) => places.has(`${topic}/${partition}`);
};

/** Adds which consumers cannot reach an event that was sent. */
const withHolds = (
  entries: readonly TimelineEntry[],
  { consumers }: ConsumersOfKey,
  now: Date,
): TimelineEntry[] => {
  const held = consumers.flatMap((each) => each.held);
  return entries.map((entry) => ({
    ...entry,
    says: `${entry.says}${waitingWords(entry.event, { held, now })}`,
  }));
};

const highestSent = (entries: readonly TimelineEntry[]): ShowConsumersInput['sentUpTo'] => {
  const sent = entries.map(({ event }) => event).filter(({ status }) => status === 'COMPLETED');
  return (source, topic, isOf) =>
    sent
      .filter((event) => event.source === source && event.topic === topic && isOf(event.eventType))
      .map(({ sequence }) => sequence)
      .reduce<bigint | undefined>((most = 0n, each) => (each > most ? each : most), undefined);
};

const showOf = async (
  deps: ShowTimelineDeps,
  source: string,
  { key, topic, limit }: ShowTimelineInput,
): Promise<{ entries: TimelineEntry[]; hasEarlier: boolean }> => {
  const [events, failed, publishers, unwritable, now] = await Promise.all([
    deps.listNewest(source, { key, topic }, limit + 1),
    deps.listFailed(source, { key, topic }),
    deps.listPublishers(source),
    deps.listUnwritable(source),
    deps.loadNow(),
  ]);
  const published = new Set(
    publishers.flatMap(({ isExpired, buckets }) => (isExpired ? [] : buckets)),
  );
  const { holdsLater } = deps;
  const isPublished = (bucket: number) => published.has(bucket);
  const unwritableOf = (event: OutboxEvent) =>
    unwritable.find(
      (each) =>
        each.topic === event.topic && each.partition === deps.partitionOf(event.topic, event.key),
    );
  const oldest = events.length > limit ? lowestSeq(events) : undefined;
  const entries = events
    .filter((event) => event !== oldest)
    .map((event) => ({
      event,
      ...explain(event, { now, holdsLater, isPublished, unwritableOf, failed }),
      ageSeconds: (now.getTime() - event.createdAt.getTime()) / 1_000,
    }));
  return { entries, hasEarlier: oldest !== undefined };
};

const lowestSeq = (events: readonly OutboxEvent[]): OutboxEvent | undefined =>
  events.reduce<OutboxEvent | undefined>(
    (lowest, event) => (lowest && lowest.seq < event.seq ? lowest : event),
    undefined,
  );
