import { backoffMs } from '#platform/base/backoff.ts';
import { reasonOf } from '#platform/base/errors.ts';
import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Assignment } from '../domain/assignment.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { Pace } from '../domain/pace.ts';
import type { AssignmentDesk } from './assignment-desk.ts';
import type { HeldKeysRefresh } from './held-keys-refresh.ts';
import type { Idle } from './idle.ts';
import type { Lots } from './lots.ts';
import type { PublishPass } from './publish-pass.ts';

export interface PublishSourceDeps {
  source: string;
  desk: AssignmentDesk;
  pass: PublishPass;
  /** Of keys and partitions: those that are over. */
  endRests: (nowMs: number) => void;
  refresh: HeldKeysRefresh;
  /** Requests that were left to themselves. */
  lots: Pick<Lots, 'check' | 'settled'>;
  idle: Idle;
  monotonicMs: () => number;
  /** Waits so long after a wake-up, to gather more rows for one request: latency for CPU. */
  coalesceMs: number;
  pace: Pace;
  onRetry: (error: unknown) => void;
  /** Hears why a pass has failed, and `undefined` after one that did well. */
  tellFault: (words: string | undefined) => void;
  logger: Logger;
}

/**
 * Publishes one source until the signal aborts, then ends after the work in hand. Polling is the truth, a
 * wake-up a hint. Whatever fails is thrown away and read again from the table.
 */
export const publishSource = async (
  deps: PublishSourceDeps,
  signal: AbortSignal,
): Promise<void> => {
  const { source, desk, idle, refresh, logger } = deps;
  const { poll, retry, maxPassMs } = deps.pace;
  let quietPolls = 0;
  let failures = 0;
  const collect = collectFrom(deps);

  const round = async (): Promise<void> => {
    const wanted = await collect();
    if (!wanted?.buckets.length) {
      // it is for others to publish
      deps.tellFault(undefined);
      await idle.sleep(poll.maxMs, signal);
      idle.takeWakeUp();
      return;
    }
    await refresh.before(wanted);
    deps.endRests(deps.monotonicMs());
    if (idle.takeWakeUp() && deps.coalesceMs > 0) await sleep(deps.coalesceMs, signal);
    const endMs = deps.monotonicMs() + maxPassMs;
    const count = await deps.pass(
      wanted,
      () => desk.isWanted(wanted) && !signal.aborted && deps.monotonicMs() < endMs,
    );
    failures = 0;
    deps.tellFault(undefined);
    quietPolls = count > 0 ? 0 : quietPolls + 1;
    if (count > 0) return;
    await idle.sleep(Math.min(poll.firstMs * 2 ** quietPolls, poll.maxMs), signal);
  };

  const recover = async (error: unknown): Promise<void> => {
    if (error instanceof LeaseLost) {
      logger.warn({ source, reason: error.message }, 'stopped publishing: the lease is lost');
      desk.withdraw();
      return;
    }
    refresh.doubt();
    failures += 1;
    deps.onRetry(error);
    const waitMs = backoffMs(failures, retry);
    // what has a reason is an outside fault that will pass; anything else is a bug, with its stack
    const reason = reasonOf(error);
    const detail = error instanceof Error ? error.message : String(error);
    deps.tellFault(`${reason ?? 'bug'}: ${detail}`);
    const why = reason === undefined ? { err: error } : { reason, detail };
    const level = reason === undefined ? 'error' : 'warn';
    logger[level]({ source, waitMs, ...why }, 'publishing failed; nothing is lost, trying again');
    await sleep(waitMs, signal);
  };

  while (!signal.aborted) await round().catch(recover);
  await deps.lots.settled();
  desk.collect();
};

/** What to work on now; of what is given back nothing is under way any more. */
const collectFrom = ({ desk, lots }: PublishSourceDeps) => {
  let assignment: Assignment | undefined;
  return async (): Promise<Assignment | undefined> => {
    if (assignment && !desk.isWanted(assignment)) await lots.settled();
    assignment = desk.collect();
    lots.check();
    return assignment;
  };
};
