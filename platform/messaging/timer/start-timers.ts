import type { Pool } from '../../database/pool.ts';
import type { Logger } from '../../base/logger.ts';
import type { Registry } from 'prom-client';
import { repeat } from '../../base/loops.ts';
import { dueTimers } from './due.ts';
import { fireBatch, type FireParts, type TimerKind } from './fire.ts';
import { createTimerMetrics } from './metrics.ts';
import { createPause, type Pause } from './pause.ts';

export interface TimersOptions {
  pool: Pool;
  schema: string;
  kinds: Readonly<Record<string, TimerKind>>;
  logger: Logger;
  registry: Registry;
}

export interface RunningTimers {
  /**
   * To be called after the commit, so that the loop does not sleep past the new timer. Without the call the timer
   * fires up to a second later. Returns at once.
   */
  scheduled(kind: string, dueInMs: number): void;
  /** Resolves when the batches in progress are finished. */
  stop(): Promise<void>;
}

// The loop looks again after this time, because another process may have scheduled an earlier timer.
const lookAgainMs = 1_000;
const measureMs = 5_000;
const backoff = { firstMs: 250, maxMs: 5_000 };
const measureBackoff = { firstMs: measureMs, maxMs: 30_000 };

/**
 * Fires the timers of these kinds when they are due. Any number of processes may do so at the same time: a
 * timer is locked by one of them, and its work is done once, even if processes die. A timer that fails is
 * tried again, as often as needed, and delays no other. Timers of other kinds are not touched.
 */
export const startTimers = (options: TimersOptions): RunningTimers => {
  const { pool, schema, logger, registry } = options;
  const abort = new AbortController();
  const { signal } = abort;
  const common = {
    pool,
    logger,
    due: dueTimers(pool, schema),
    metrics: createTimerMetrics(registry),
  };
  const pauses = new Map<string, Pause[]>();
  const loops: Promise<void>[] = [];
  for (const [kind, kindOptions] of Object.entries(options.kinds)) {
    const parts: FireParts = { ...common, kind, options: kindOptions };
    // Series that begin with their first timer would show no increase.
    for (const counter of [parts.metrics.fired, parts.metrics.failed]) counter.inc({ kind }, 0);
    const ofKind = Array.from({ length: kindOptions.workers ?? 1 }, () => createPause(signal));
    pauses.set(kind, ofKind);
    loops.push(...ofKind.map((pause) => work(parts, pause, signal)), measure(parts, signal));
  }
  return {
    scheduled: (kind, dueInMs) => {
      for (const pause of pauses.get(kind) ?? []) pause.tell(dueInMs);
    },
    stop: async () => {
      abort.abort();
      await Promise.all(loops);
    },
  };
};

/** Fires due timers, or sleeps until one is due. It does not wait for timers that other processes are firing. */
const work = (parts: FireParts, pause: Pause, signal: AbortSignal): Promise<void> => {
  const { due, kind, options, logger } = parts;
  const loop = { name: 'the timer loop', logger, facts: { kind }, backoff };
  return repeat(loop, signal, async (progress) => {
    pause.begin();
    const { isDue, nextInMs } = await due.look(kind);
    let fired = isDue ? await fireBatch(parts) : 0;
    if (fired > 0) {
      const isFull = () => fired === (options.batchSize ?? 1);
      while (isFull() && !signal.aborted) fired = await fireBatch(parts);
      return options.lingerMs;
    }
    progress();
    await pause.sleep(Math.min(Math.max(0, nextInMs), lookAgainMs));
  });
};

const measure = ({ due, metrics, kind, logger }: FireParts, signal: AbortSignal): Promise<void> => {
  const loop = { name: 'counting due timers', logger, facts: { kind }, everyMs: measureMs };
  return repeat({ ...loop, backoff: measureBackoff, level: 'debug' }, signal, async () => {
    const { due: rows, oldestSeconds } = await due.measure(kind);
    metrics.due.set({ kind }, rows);
    metrics.oldestSeconds.set({ kind }, oldestSeconds);
  });
};
