import { backoffMs } from '#platform/backoff.ts';
import { reasonOf } from '#platform/errors.ts';
import type { Logger } from '#platform/logger.ts';
import { sleep } from '#platform/sleep.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { Pace } from '../domain/pace.ts';
import type { SeqFloor } from '../domain/seq-floor.ts';
import type { AssignmentDesk } from './assignment-desk.ts';
import type { Idle } from './idle.ts';
import type { PublishPass } from './publish-pass.ts';

export interface PublishSourceDeps {
  source: string;
  desk: AssignmentDesk;
  pass: PublishPass;
  listBlocked: (buckets: readonly number[]) => Promise<{ topic: string; key: string }[]>;
  heldKeys: HeldKeys;
  floor: SeqFloor;
  idle: Idle;
  monotonicMs: () => number;
  /** Waits so long after a wake-up, to gather more rows for one request: latency for CPU. */
  coalesceMs: number;
  pace: Pace;
  onRetry: (error: unknown) => void;
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
  const { source, desk, idle, logger } = deps;
  const { poll, retry, maxPassMs } = deps.pace;
  const heldKeys = createHeldKeysRefresh(deps);
  let quietPolls = 0;
  let failures = 0;

  const round = async (): Promise<void> => {
    const assignment = desk.collect();
    if (!assignment?.buckets.length) {
      await idle.sleep(poll.maxMs, signal);
      idle.takeWakeUp();
      return;
    }
    await heldKeys.refresh(assignment);
    deps.heldKeys.endRests(deps.monotonicMs());
    if (idle.takeWakeUp() && deps.coalesceMs > 0) await sleep(deps.coalesceMs, signal);
    const endMs = deps.monotonicMs() + maxPassMs;
    const count = await deps.pass(
      assignment,
      () => desk.isWanted(assignment) && !signal.aborted && deps.monotonicMs() < endMs,
    );
    failures = 0;
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
    heldKeys.forget();
    failures += 1;
    deps.onRetry(error);
    const waitMs = backoffMs(failures, retry);
    // what has a reason is an outside fault that will pass; anything else is a bug, with its stack
    const reason = reasonOf(error);
    const why =
      reason === undefined ? { err: error } : { reason, detail: (error as Error).message };
    const level = reason === undefined ? 'error' : 'warn';
    logger[level]({ source, waitMs, ...why }, 'publishing failed; nothing is lost, trying again');
    await sleep(waitMs, signal);
  };

  while (!signal.aborted) await round().catch(recover);
  desk.collect();
};

/**
 * Reads which keys are blocked when the assignment changes, after a failure (a row may be FAILED although
 * the answer never came), and each second for as long as any is. The floor is taken back whenever rows may
 * lie below it: they became ours, their key was released, or somebody put sent ones back.
 */
const createHeldKeysRefresh = (deps: PublishSourceDeps) => {
  const { heldKeys, floor, listBlocked, monotonicMs, pace } = deps;
  let known: Assignment | undefined;
  let epoch: bigint | undefined;
  let refreshMs = 0;
  let floorEndsMs = 0;
  return {
    refresh: async (assignment: Assignment): Promise<void> => {
      const nowMs = monotonicMs();
      const isNew = assignment !== known;
      if (isNew || nowMs >= floorEndsMs) {
        floor.reset();
        floorEndsMs = nowMs + pace.floorMs;
      }
      if (!isNew && (heldKeys.blockedCount === 0 || nowMs < refreshMs)) return;
      if (assignment.epoch !== epoch) heldKeys.clear();
      if (heldKeys.setBlocked(await listBlocked(assignment.buckets))) floor.reset();
      ({ epoch } = assignment);
      known = assignment;
      refreshMs = nowMs + pace.maxPassMs;
    },
    forget: () => {
      known = undefined;
    },
  };
};
