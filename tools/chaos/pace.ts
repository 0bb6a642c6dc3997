import { sleep } from '#platform/base/sleep.ts';

export interface PaceOptions {
  writers: number;
  /** The rate of all writers together. */
  perSecond: number;
  /** Does one thing, e.g. places an order. It must never reject. */
  place: (turn: number) => Promise<void>;
}

// allows a writer to keep its rate even when answers are slow
const inFlightPerWriter = 24;
// a writer that was held up makes up for at most this much
const mostBehindMs = 500;

/** Does things at a steady rate until `stop`, which resolves with the number of seconds it went on. */
export const startPace = (options: PaceOptions): { stop: () => Promise<number> } => {
  const { perSecond, place } = options;
  const startedMs = performance.now();
  const stopping = new AbortController();
  const pauseMs = (1_000 * options.writers) / perSecond;
  const write = async (writer: number) => {
    const inFlight = new Set<Promise<void>>();
    let dueMs = performance.now() + (pauseMs * writer) / options.writers;
    for (let turn = writer; !stopping.signal.aborted; turn += 1) {
      await sleep(Math.max(0, dueMs - performance.now()), stopping.signal);
      dueMs = Math.max(dueMs + pauseMs, performance.now() - mostBehindMs);
      while (inFlight.size >= inFlightPerWriter) await Promise.race(inFlight);
      const one: Promise<void> = place(turn).finally(() => inFlight.delete(one));
      inFlight.add(one);
    }
    await Promise.all(inFlight);
  };
  const writers = Array.from({ length: options.writers }, (_, writer) => write(writer));
  return {
    stop: async () => {
      stopping.abort();
      const seconds = (performance.now() - startedMs) / 1_000;
      await Promise.all(writers);
      return seconds;
    },
  };
};
