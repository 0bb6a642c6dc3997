import { AppError } from '#platform/base/errors.ts';
import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import {
  eventsToCheck,
  newKnownKey,
  noteMarks,
  type KnownKey,
  type Mark,
  type Watched,
} from './find-changed.ts';
import type { ToldTimeline } from './tell-lifecycles.ts';

// What is shown is older than its commit by this, and by the time of two reads.
const everyMs = 400;
// Events that were sent, which only a replay changes, and what was committed late are looked for so often.
const longEveryRounds = 5;
const backoff = { firstMs: 200, maxMs: 2_000 };
const mostFailures = 3;

/** Loads the timelines of one round, which share what does not depend on the key. */
export type LoadKnown = (key: string, known: KnownKey) => Promise<ToldTimeline>;

export interface WatchTimelinesDeps<Schema extends { name: string }> {
  /** Lists the schemas that may know a key. */
  listSchemas: () => Promise<readonly Schema[]>;
  readMarks: (schemas: readonly Schema[], watched: Watched) => Promise<Mark[]>;
  /** Searches all that there is of a key, which may take long. */
  loadWhole: (key: string) => Promise<ToldTimeline>;
  startRound: () => LoadKnown;
  /** After this time a timeline is loaded and sent again, also where no row of the order has changed. */
  againAfterMs: number;
  logger: Logger;
}

export interface TimelineWatch {
  /**
   * Yields the timeline of a key at once, after each change and from time to time, until the signal aborts; a slow reader
   * skips some.
   */
  watch: (key: string, signal: AbortSignal) => AsyncGenerator<ToldTimeline>;
  close: () => Promise<void>;
}

interface Entry {
  readonly key: string;
  /** So that many which were opened at once, or have changed at once, are not all read again at once. */
  readonly earlierMs: number;
  readonly known: KnownKey;
  readers: number;
  latest: ToldTimeline | undefined;
  version: number;
  loadedAtMs: number;
  isDirty: boolean;
  failure: Error | undefined;
  /** Resolved at the next version or failure. */
  next: PromiseWithResolvers<undefined>;
}

/**
 * Watches the timelines of keys by one loop for all of them: one statement tells which keys have changed, and
 * only these are read again. While nobody watches, nothing is read.
 */
export const createTimelineWatch = <Schema extends { name: string }>(
  deps: WatchTimelinesDeps<Schema>,
): TimelineWatch => {
  const entries = new Map<string, Entry>();
  const closed = new AbortController();
  let running: Promise<void> | undefined;
  let failures = 0;
  let joined = 0;

  const run = (): Promise<void> => {
    let round = 0;
    const options = { name: 'watching timelines', logger: deps.logger, everyMs, backoff };
    return repeat(options, closed.signal, async () => {
      if (entries.size === 0) {
        // in the same turn in which no entry was found: whoever comes later starts it anew
        running = undefined;
        return 'end';
      }
      round += 1;
      await lookOnce(deps, entries, round % longEveryRounds === 0).catch((error: unknown) => {
        failures += 1;
        if (failures >= mostFailures) failAll(entries, broken(error));
        throw error;
      });
      failures = 0;
      return undefined;
    });
  };

  const join = (key: string): Entry => {
    const found = entries.get(key);
    if (found) {
      found.readers += 1;
      return found;
    }
    joined += 1;
    // the golden ratio spreads any number of them
    const entry = newEntry(key, ((joined * 0.618) % 1) * deps.againAfterMs);
    entries.set(key, entry);
    void loadFirst(deps, entries, entry);
    running ??= run();
    return entry;
  };
  const leave = (entry: Entry): void => {
    entry.readers -= 1;
    if (entry.readers === 0 && entries.get(entry.key) === entry) entries.delete(entry.key);
  };

  return {
    watch: async function* (key, signal) {
      const entry = join(key);
      try {
        yield* versionsOf(entry, signal);
      } finally {
        leave(entry);
      }
    },
    close: async () => {
      closed.abort();
      failAll(entries, broken(undefined));
      await running;
    },
  };
};

async function* versionsOf(entry: Entry, signal: AbortSignal): AsyncGenerator<ToldTimeline> {
  let seen = 0;
  while (!signal.aborted) {
    if (entry.failure) throw entry.failure;
    if (entry.latest && entry.version > seen) {
      seen = entry.version;
      yield entry.latest;
    } else await nextOrAbort(entry, signal);
  }
  throw signal.reason as Error;
}

const newEntry = (key: string, earlierMs: number): Entry => ({
  key,
  earlierMs,
  known: newKnownKey(),
  readers: 1,
  latest: undefined,
  version: 0,
  loadedAtMs: 0,
  isDirty: false,
  failure: undefined,
  next: Promise.withResolvers<undefined>(),
});

const loadFirst = async (
  { loadWhole }: Pick<WatchTimelinesDeps<never>, 'loadWhole'>,
  entries: Map<string, Entry>,
  entry: Entry,
): Promise<void> => {
  try {
    const timeline = await loadWhole(entry.key);
    for (const { event } of timeline.entries) {
      const events = entry.known.events.get(event.source) ?? new Map<string, string>();
      entry.known.events.set(event.source, events);
      if (!events.has(event.id)) events.set(event.id, '');
    }
    publish(entry, timeline);
  } catch (error) {
    if (entries.get(entry.key) === entry) entries.delete(entry.key);
    fail(entry, error as Error);
  }
};

const lookOnce = async <Schema extends { name: string }>(
  { listSchemas, readMarks, startRound, againAfterMs }: WatchTimelinesDeps<Schema>,
  entries: ReadonlyMap<string, Entry>,
  isLongLook: boolean,
): Promise<void> => {
  // those that join meanwhile are looked at the next time
  const watched = new Map(entries);
  const known = new Map([...watched].map(([key, entry]) => [key, entry.known]));
  const schemas = await listSchemas();
  const eventIds = new Map(
    schemas.map(({ name }) => [name, eventsToCheck(known.values(), name, isLongLook)]),
  );
  const marks = await readMarks(schemas, { keys: [...known.keys()], eventIds, isLongLook });
  const bySchema = Map.groupBy(marks, ({ schema }) => schema);
  for (const { name } of schemas)
    for (const key of noteMarks(known, name, bySchema.get(name) ?? [])) setDirty(watched.get(key));
  const load = startRound();
  const due = [...watched.values()].filter((entry) => isDue(entry, againAfterMs));
  await Promise.all(
    due.map(async (entry) => {
      entry.isDirty = false;
      try {
        publish(entry, await load(entry.key, entry.known));
      } catch (error) {
        entry.isDirty = true;
        throw error;
      }
    }),
  );
};

const setDirty = (entry: Entry | undefined): void => {
  if (entry) entry.isDirty = true;
};

/** Whether the timeline has changed, or the entry's own moment, which comes once in so many milliseconds, has come. */
const isDue = (
  { latest, isDirty, loadedAtMs, earlierMs }: Entry,
  againAfterMs: number,
): boolean => {
  const turnAt = (ms: number) => Math.floor((ms + earlierMs) / againAfterMs);
  return latest !== undefined && (isDirty || turnAt(performance.now()) > turnAt(loadedAtMs));
};

const publish = (entry: Entry, timeline: ToldTimeline): void => {
  entry.latest = timeline;
  entry.version += 1;
  entry.loadedAtMs = performance.now();
  wake(entry);
};

const fail = (entry: Entry, error: Error): void => {
  entry.failure = error;
  wake(entry);
};

const failAll = (entries: Map<string, Entry>, error: Error): void => {
  for (const entry of entries.values()) fail(entry, error);
  entries.clear();
};

const wake = (entry: Entry): void => {
  entry.next.resolve(undefined);
  entry.next = Promise.withResolvers<undefined>();
};

const nextOrAbort = async (entry: Entry, signal: AbortSignal): Promise<void> => {
  const aborted = Promise.withResolvers<undefined>();
  const abort = () => aborted.resolve(undefined);
  signal.addEventListener('abort', abort, { once: true });
  await Promise.race([entry.next.promise, aborted.promise]);
  signal.removeEventListener('abort', abort);
};

const broken = (cause: unknown): AppError =>
  new AppError('unavailable', 'watch-broken', 'The order cannot be watched now; call again.', {
    cause,
  });
