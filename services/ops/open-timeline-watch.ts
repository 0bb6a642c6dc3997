import type { Logger } from '#platform/base/logger.ts';
import { batched } from '#platform/base/batched.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { OutboxEvent } from './domain/event.ts';
import { createSources } from './domain/sources.ts';
import type { UseCasesParts } from './reads.ts';
import { listNewestOfKeys } from './store/events.ts';
import { listKnownEvents } from './store/known-events.ts';
import { readMarks, type WatchedSchema } from './store/marks.ts';
import { listServices } from './store/services.ts';
import { createTimeline, readsOfTimeline } from './timeline-use-cases.ts';
import { atMost } from './usecases/at-most.ts';
import { schemasOf } from './usecases/find-changed.ts';
import {
  createTimelineWatch,
  type LoadKnown,
  type TimelineWatch,
} from './usecases/watch-timelines.ts';

export interface TimelineWatchParts extends UseCasesParts {
  /** For the statements of the loop, so that long searches do not hold it up. */
  watching: Pool;
  logger: Logger;
}

const limit = 200;
const searches = 3;
const mostKeysOfSearch = 500;
const schemasForMs = 30_000;
// Words that depend on who publishes and on the time change without a row of the order; and a client that hears nothing
// for longer (page/client/watch.ts) takes its connection for a dead one.
const againAfterMs = 30_000;

/** Opens the one loop that watches the orders of all who look. */
export const openTimelineWatch = (parts: TimelineWatchParts): TimelineWatch => {
  const { watching, logger } = parts;
  return createTimelineWatch<WatchedSchema>({
    logger,
    listSchemas: schemasNow(parts),
    readMarks: readMarks(watching),
    loadWhole: wholeOf(parts),
    againAfterMs,
    startRound: () => knownOf({ ...parts, reading: watching }),
  });
};

/** Loads timelines of which nothing is known. Where many pages are opened at once, an outbox is searched once for all of them. */
const wholeOf = (parts: UseCasesParts) => {
  const newestOf = new Map(
    parts.sources.map((source) => [source, searchTogether(parts, source)] as const),
  );
  const sharedNow = lately(() => ({ ...readsOfTimeline(parts), ...readOnce(parts) }));
  // each needs connections
  const tell = atMost(
    searches,
    ({ key, newest }: { key: string; newest: ReadonlyMap<string, OutboxEvent[]> }) =>
      createTimeline(parts, {
        ...sharedNow(),
        listNewest: (source) => Promise.resolve(newest.get(source) ?? []),
      })({ key, source: '', topic: '', limit }),
  );
  return async (key: string) => {
    const found = [...newestOf].map(async ([source, load]) => [source, await load(key)] as const);
    return tell({ key, newest: new Map(await Promise.all(found)) });
  };
};

const searchTogether = ({ reading }: UseCasesParts, source: string) =>
  batched(
    (keys: readonly string[]) => listNewestOfKeys(reading)(source, keys, limit + 1),
    mostKeysOfSearch,
    { isOneAtATime: true },
  );

/** The schemas, as they were not long ago. */
const schemasNow = ({ watching, sources, systems = [] }: TimelineWatchParts) => {
  let known: readonly WatchedSchema[] = [];
  let readAtMs = -Infinity;
  return async (): Promise<readonly WatchedSchema[]> => {
    if (performance.now() - readAtMs < schemasForMs) return known;
    const services = await listServices(watching)();
    known = [...new Set([...sources, ...services.map(({ name }) => name)])].map((name) => {
      const found = services.find((each) => each.name === name);
      const { hasInbox = false, hasTimers = false } = found ?? {};
      const system = systems.find((each) => each.name === name);
      return { name, hasOutbox: sources.includes(name), hasInbox, hasTimers, system };
    });
    readAtMs = performance.now();
    return known;
  };
};

/** Loads timelines by what is known of their keys; what does not depend on the key is read once for all of them. */
const knownOf = (parts: UseCasesParts): LoadKnown => {
  const events = listKnownEvents(parts.reading);
  const shared = { ...readsOfTimeline(parts), ...readOnce(parts) };
  return (key, known) => {
    const names = schemasOf(known);
    const listOnce = once((source: string) =>
      events(source, [...(known.events.get(source)?.keys() ?? [])].slice(-limit - 1)),
    );
    const load = createTimeline(
      { ...parts, systems: (parts.systems ?? []).filter(({ name }) => names.includes(name)) },
      {
        ...shared,
        sources: createSources([...known.events.keys()]),
        listServices: async () =>
          (await shared.listServices()).filter(({ name }) => names.includes(name)),
        listNewest: listOnce,
        listFailed: async (source) =>
          (await listOnce(source)).filter(({ status }) => status === 'FAILED'),
      },
    );
    return load({ key, source: '', topic: '', limit });
  };
};

/** The reads that do not depend on the key; each asks once. */
const readOnce = (parts: UseCasesParts) => {
  const reads = readsOfTimeline(parts);
  return {
    loadNow: once(reads.loadNow),
    listServices: once(reads.listServices),
    listPublishers: once(reads.listPublishers),
    listUnwritable: once(reads.listUnwritable),
    listHeld: once(reads.listHeld),
  };
};

/** Returns what was made within the last second, or makes it anew. */
const lately = <Made>(make: () => Made): (() => Made) => {
  let made = make();
  let madeAtMs = -Infinity;
  return () => {
    if (performance.now() - madeAtMs > 1_000) {
      made = make();
      madeAtMs = performance.now();
    }
    return made;
  };
};

/** Asks once for each argument. */
const once = <Answer>(
  ask: (name: string) => Promise<Answer>,
): ((name?: string) => Promise<Answer>) => {
  const answers = new Map<string, Promise<Answer>>();
  return (name = '') => {
    const answer = answers.get(name) ?? ask(name);
    answers.set(name, answer);
    return answer;
  };
};
