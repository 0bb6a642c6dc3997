import type { Overview } from '../domain/overview.ts';

export interface OverviewFeedDeps {
  lookAround: () => Promise<Overview>;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The one reader of a process: all calls and watches get the overview that it has put together. */
export interface OverviewFeed {
  /** Looks once and tells everybody who waits; then pauses, for a shorter time while somebody watches. */
  look: (signal: AbortSignal) => Promise<void>;
  /** The newest overview; undefined before the first one. */
  newest: () => Overview | undefined;
  /** The newest overview; waits for the first one. */
  latest: () => Promise<Overview>;
  /** The newest overview and each one after it. A slow reader misses some. */
  watch: (signal: AbortSignal) => AsyncGenerator<Overview>;
}

// The longest one is a little shorter than a step of the rates' history, so that each step has a look.
const pauseMs = { unwatched: 4_500, watched: 1_000 };
// A message costs about as much when it is small as when it is large, here and at the reader; all watches together get at
// most 50 a second.
const pausePerWatchMs = 20;
// Each of many watches gets an overview so much later than the one before it. Written to all of them in one go, it would
// keep a core busy for tens of milliseconds, in which the services beside ops wait.
const apartMs = 5;
const latestMs = 500;

const pauseOf = (watches: number): number =>
  watches === 0
    ? pauseMs.unwatched
    : Math.min(Math.max(pauseMs.watched, watches * pausePerWatchMs), pauseMs.unwatched);

export const createOverviewFeed = ({ lookAround, sleep }: OverviewFeedDeps): OverviewFeed => {
  let newest: Overview | undefined;
  let next = Promise.withResolvers<Overview>();
  let pausing: AbortController | undefined;
  let watches = 0;
  const latest = () => (newest === undefined ? next.promise : Promise.resolve(newest));
  return {
    look: async (signal) => {
      newest = await lookAround();
      const told = next;
      next = Promise.withResolvers<Overview>();
      told.resolve(newest);
      pausing = new AbortController();
      const ends = AbortSignal.any([signal, pausing.signal]);
      await sleep(pauseOf(watches), ends);
      pausing = undefined;
    },
    newest: () => newest,
    latest,
    watch: async function* (signal) {
      const laterMs = (watches * apartMs) % latestMs;
      watches += 1;
      // the first one who watches need not wait for the end of the longer pause
      if (watches === 1) pausing?.abort();
      try {
        let overview = await latest();
        for (;;) {
          signal.throwIfAborted();
          yield overview;
          await next.promise;
          await sleep(laterMs, signal);
          overview = await latest();
        }
      } finally {
        watches -= 1;
      }
    },
  };
};
