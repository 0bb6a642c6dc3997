import { backoffMs } from '../../base/backoff.ts';
import { isDatabaseAway } from '../../database/errors.ts';
import type { Pool } from '../../database/pool.ts';
import { storableText } from '../../database/storable-text.ts';
import { withTransaction, type Transaction } from '../../database/transaction.ts';
import type { Logger } from '../../base/logger.ts';
import type { DueTimers, Timer } from './due.ts';
import { inSpans } from './firing-spans.ts';
import type { TimerMetrics } from './metrics.ts';

/** How the due timers of one kind are handled. */
export interface TimerKind {
  /**
   * Does the work of the timers in the transaction that ends them: all of it is committed, or none. Gets up
   * to `batchSize` of them; when it throws, each is tried again by itself.
   */
  handle: (tx: Transaction, timers: readonly Timer[]) => Promise<void>;
  /** Called after each commit with the timers that it has ended, e.g. to wake the publisher. */
  afterCommit?: (timers: readonly Timer[]) => void;
  /** Timers per transaction, 1 by default. */
  batchSize?: number;
  /**
   * How long a loop waits after an incomplete batch, in milliseconds, so that timers that become due meanwhile are
   * handled together. Default 0.
   */
  lingerMs?: number;
  /** Concurrent loops in this process, 1 by default; each needs a connection while it works. */
  workers?: number;
}

export interface FireParts {
  pool: Pool;
  due: DueTimers;
  metrics: TimerMetrics;
  logger: Logger;
  kind: string;
  options: TimerKind;
}

const retry = { firstMs: 500, maxMs: 300_000 };
const maxErrorLength = 1_000;

/** Fires a batch of due timers; returns how many it had. Throws when the database is at fault. */
export const fireBatch = async (parts: FireParts): Promise<number> => {
  const { due, kind, options } = parts;
  let timers: readonly Timer[] = [];
  const take = async (tx: Transaction) =>
    (timers = await due.take(tx.client, kind, options.batchSize ?? 1));
  await fire(parts, take).catch(async (error: unknown) => {
    const [first, ...others] = timers;
    if (first === undefined || isDatabaseAway(error)) throw error;
    if (others.length === 0) await postpone(parts, first, error);
    else for (const timer of timers) await fireOne(parts, timer);
  });
  return timers.length;
};

/** Fires one timer of a batch that failed as a whole, because it may be good in itself. */
const fireOne = (parts: FireParts, timer: Timer): Promise<void> =>
  fire(parts, (tx) => parts.due.takeOne(tx.client, timer)).catch((error: unknown) => {
    if (isDatabaseAway(error)) throw error;
    return postpone(parts, timer, error);
  });

const fire = async (
  { pool, metrics, kind, options }: FireParts,
  take: (tx: Transaction) => Promise<readonly Timer[]>,
): Promise<void> => {
  const timers = await withTransaction(pool, async (tx) => {
    const taken = await take(tx);
    if (taken.length > 0) await inSpans(taken, (timers) => options.handle(tx, timers));
    return taken;
  });
  if (timers.length === 0) return;
  metrics.fired.inc({ kind }, timers.length);
  options.afterCommit?.(timers);
};

/**
 * Postpones a timer whose transaction was rolled back, and which therefore exists again, so that it does not delay
 * the others.
 */
const postpone = async (parts: FireParts, timer: Timer, error: unknown): Promise<void> => {
  const { due, metrics, logger, kind } = parts;
  const delayMs = backoffMs(timer.attempts + 1, retry);
  const facts = { kind, key: timer.key, attempts: timer.attempts + 1, retry_in_ms: delayMs };
  logger.warn({ ...facts, err: error }, 'a timer failed; it is tried again');
  metrics.failed.inc({ kind });
  await due.postpone(timer, delayMs, storableText(String(error).slice(0, maxErrorLength)));
};
