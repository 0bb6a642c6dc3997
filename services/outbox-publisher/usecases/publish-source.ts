import { backoffMs } from '#platform/base/backoff.ts';
import { reasonOf } from '#platform/base/errors.ts';
import type { Logger } from '#platform/base/logger.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { Coalescing } from '../domain/coalescing.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { Pace } from '../domain/pace.ts';
import type { AssignmentHandoff } from './assignment-handoff.ts';
import type { HeldKeysRefresh } from './held-keys-refresh.ts';
import type { Idle } from './idle.ts';
import type { Lots } from './lots.ts';
import type { PublishPass } from './publish-pass.ts';

export interface PublishSourceDeps {
  source: string;
  handoff: AssignmentHandoff;
  pass: PublishPass;
  /** Ends the back-offs of keys and partitions that are over. */
  endBackoffs: (nowMs: number) => void;
  refresh: HeldKeysRefresh;
  /** Requests that were detached because they are slow. */
  lots: Pick<Lots, 'check' | 'settled'>;
  idle: Idle;
  monotonicMs: () => number;
  coalescing: Pick<Coalescing, 'windowMs'>;
  pace: Pace;
  onRetry: (error: unknown) => void;
  /** Called with the reason when a pass has failed, and with `undefined` after one that succeeded. */
  tellFault: (words: string | undefined) => void;
  logger: Logger;
}

/**
 * Publishes one source until the signal aborts; resolves when work in progress is finished. Polling alone
 * suffices, a wake-up is a hint. Whatever fails is discarded and read again from the table.
 */
export const publishSource = async (
  deps: PublishSourceDeps,
  signal: AbortSignal,
): Promise<void> => {
  const { source, handoff, idle, refresh, logger } = deps;
  const { poll, retry, maxPassMs } = deps.pace;
  let quietPolls = 0;
  let failures = 0;
  const collect = collectFrom(deps);

  const round = async (): Promise<void> => {
    const wanted = await collect();
    if (!wanted?.buckets.length) {
      // other publishers own the buckets
      deps.tellFault(undefined);
      await idle.sleep(poll.maxMs, signal);
      idle.takeWakeUp();
      return;
    }
    await refresh.before(wanted);
    deps.endBackoffs(deps.monotonicMs());
    const windowMs = deps.coalescing.windowMs();
    if (idle.takeWakeUp() && windowMs > 0) await sleep(windowMs, signal);
    const endMs = deps.monotonicMs() + maxPassMs;
    const { count, isDrained } = await deps.pass(
      wanted,
      () => handoff.isWanted(wanted) && !signal.aborted && deps.monotonicMs() < endMs,
    );
    failures = 0;
    deps.tellFault(undefined);
    quietPolls = count > 0 ? 0 : quietPolls + 1;
    if (count > 0 && !isDrained) return;
    await idle.sleep(Math.min(poll.firstMs * 2 ** quietPolls, poll.maxMs), signal);
  };

  const recover = async (error: unknown): Promise<void> => {
    if (error instanceof LeaseLost) {
      logger.warn({ source, err: error }, 'stopped publishing: the lease is lost');
      handoff.withdraw();
      return;
    }
    refresh.doubt();
    failures += 1;
    deps.onRetry(error);
    const waitMs = backoffMs(failures, retry);
    // an error with a reason is an outside fault that will pass; any other is a bug
    const reason = reasonOf(error);
    const detail = error instanceof Error ? error.message : String(error);
    deps.tellFault(`${reason ?? 'bug'}: ${detail}`);
    const level = reason === undefined ? 'error' : 'warn';
    logger[level](
      { source, retry_in_ms: waitMs, reason, err: error },
      'publishing failed; nothing is lost, trying again',
    );
    await sleep(waitMs, signal);
  };

  while (!signal.aborted) await round().catch(recover);
  await deps.lots.settled();
  handoff.collect();
};

/** Returns what to publish now; for buckets that were given back, no work is in progress any more. */
const collectFrom = ({ handoff, lots }: PublishSourceDeps) => {
  let assignment: Assignment | undefined;
  return async (): Promise<Assignment | undefined> => {
    if (assignment && !handoff.isWanted(assignment)) await lots.settled();
    assignment = handoff.collect();
    lots.check();
    return assignment;
  };
};
