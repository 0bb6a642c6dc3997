import type { Logger } from '../../base/logger.ts';
import { repeat } from '../../base/loops.ts';
import { sleep } from '../../base/sleep.ts';
import { createWaiters, type Position, type ReadAfter, type Sequenced } from './waiters.ts';

// Polling alone suffices: a lost hint costs at most this long.
const pollMs = 1_000;
// Hints that come closer together than this share a read.
const pauseMs = 20;
// Reads take at most a fifth of the time, however many watch and however much is written.
const pausePerReadingMs = 4;
// The listener outlives its last watcher a little, so that short watches in a row share a connection.
const lingerMs = 5_000;
const backoff = { firstMs: 50, maxMs: 2_000 };

export interface RowWatchOptions<Key, Row> {
  readAfter: ReadAfter<Key, Row>;
  /** Calls back whenever there may be something new, until the signal aborts. It need not be reliable. */
  listen: (onHint: () => void, signal: AbortSignal) => Promise<void>;
  logger: Logger;
}

export interface RowWatch<Key, Row> {
  /**
   * Resolves with the rows after a position, as soon as there are any. Rejects with the reason when the
   * signal aborts.
   */
  next(position: Position<Key>, signal: AbortSignal): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/**
 * Waits for rows that commit, whichever process writes them: each hint causes one read for all who wait, and
 * so does each second. Nothing is kept for those who do not wait, so a slow reader costs no memory, and while
 * nobody waits nothing is read, and listening stops soon after. A failed read is retried.
 */
export const openRowWatch = <Key, Row extends Sequenced>({
  readAfter,
  listen,
  logger,
}: RowWatchOptions<Key, Row>): RowWatch<Key, Row> => {
  const waiters = createWaiters<Key, Row>();
  const closed = new AbortController();
  let isHinted = false;
  let nap = new AbortController();
  let running: Promise<void> | undefined;

  const hint = () => {
    isHinted = true;
    nap.abort();
  };

  const readWhileWatched = (): Promise<void> => {
    let neededAtMs = performance.now();
    return repeat({ name: 'reading watched rows', logger, backoff }, closed.signal, async () => {
      nap = new AbortController();
      if (!isHinted) await sleep(pollMs, nap.signal);
      isHinted = false;
      const startedAtMs = performance.now();
      if (waiters.count() > 0) {
        neededAtMs = startedAtMs;
        await waiters.serve(readAfter);
      } else if (startedAtMs - neededAtMs > lingerMs) {
        // in the same turn in which no waiter was found: whoever comes later starts it anew
        running = undefined;
        return 'end';
      }
      return Math.max(pauseMs, pausePerReadingMs * (performance.now() - startedAtMs));
    });
  };

  const run = async (): Promise<void> => {
    const listener = new AbortController();
    const listening = listen(hint, listener.signal);
    await readWhileWatched();
    listener.abort();
    await listening;
  };

  return {
    next: (position, signal) => {
      const rows = waiters.wait(position, signal);
      hint();
      running ??= run();
      return rows;
    },
    close: async () => {
      closed.abort();
      nap.abort();
      waiters.failAll(new Error('the watch is closed'));
      await running;
    },
  };
};
