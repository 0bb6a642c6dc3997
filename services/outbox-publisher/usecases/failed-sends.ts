import type { Logger } from '#platform/base/logger.ts';
import { reasonOf } from '#platform/base/errors.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import { factsOf, type UnsentRow } from '../domain/row.ts';
import { pvzPolicy, type TopicRules } from '../domain/topic-rules.ts';

/** A row of which an attempt was counted. */
export interface FailedSend {
  readonly id: string;
  readonly attempts: number;
  readonly hasFailed: boolean;
}

export interface FailedSendsDeps {
  policyOf: TopicRules['policyOf'];
  /** Counts an attempt of each row; returns them without those that were changed since they were read. */
  countFailedSends: (
    epoch: bigint,
    rows: readonly UnsentRow[],
    cause: string,
  ) => Promise<FailedSend[] | 'fenced'>;
  heldKeys: HeldKeys;
  monotonicMs: () => number;
  countRefused: (row: UnsentRow, reason: string) => void;
  logger: Logger;
}

export interface FailedSends {
  /**
   * Handles the rows of policy `pvz` in a request that failed for any reason; other policies count no attempt
   * for it.
   */
  readonly onUnsent: (
    epoch: bigint,
    parts: readonly RequestPart[],
    error: unknown,
  ) => Promise<void>;
  /** Counts an attempt of rows of policy `pvz`. */
  readonly count: (epoch: bigint, rows: readonly UnsentRow[], failure: Failure) => Promise<void>;
}

interface Failure {
  reason: string;
  error?: unknown;
}

/**
 * Policy `pvz`: each failed send counts as an attempt, whether the message was refused or the broker was
 * unavailable. A row is backed off between two attempts; after the last one it is FAILED, and later rows of
 * its key are sent.
 */
export const createFailedSends = (deps: FailedSendsDeps): FailedSends => {
  const { heldKeys, logger } = deps;

  const follow = (row: UnsentRow, counted: FailedSend | undefined, failure: Failure): void => {
    const nowMs = deps.monotonicMs();
    const { reason, error: err } = failure;
    const facts = { ...factsOf(row), reason, err };
    // in this pass the rows behind it were skipped: no row of its key may be sent before the next pass
    if (!counted || counted.hasFailed) heldKeys.backOff(row, nowMs);
    else heldKeys.backOff(row, nowMs + pvzPolicy.backoffMs);
    if (!counted) return;
    deps.countRefused(row, reason);
    const { attempts } = counted;
    if (counted.hasFailed)
      logger.error(facts, 'event FAILED: no attempts left; later events of its key go on');
    else logger.warn({ ...facts, attempts }, 'event not sent');
  };

  const count: FailedSends['count'] = async (epoch, rows, failure) => {
    const { reason, error } = failure;
    const cause = error === undefined ? reason : `${reason}: ${wordsOf(error)}`;
    const counted = await deps.countFailedSends(epoch, rows, cause);
    if (counted === 'fenced')
      throw new LeaseLost('its epoch ended before failed sends could be counted');
    const byId = new Map(counted.map((each) => [each.id, each]));
    for (const row of rows) follow(row, byId.get(row.id), failure);
  };

  return {
    count,
    onUnsent: async (epoch, parts, error) => {
      const rows = parts
        .filter(({ topic }) => deps.policyOf(topic).kind === 'pvz')
        .flatMap((part) => part.rows);
      if (rows.length === 0) return;
      await count(epoch, rows, { reason: reasonOf(error) ?? 'bug', error });
    },
  };
};

const wordsOf = (error: unknown): string => (Error.isError(error) ? error.message : String(error));
