import type { Logger } from '#platform/base/logger.ts';
import { reasonOf } from '#platform/base/errors.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';
import { pvzPolicy, type TopicRules } from '../domain/topic-rules.ts';

/** A row of which an attempt was counted. */
export interface FailedSend {
  readonly id: string;
  readonly attempts: number;
  readonly hasFailed: boolean;
}

export interface FailedSendsDeps {
  policyOf: TopicRules['policyOf'];
  /** Counts an attempt of each row; one that somebody changed since it was read is not among those returned. */
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
  /** The rows of policy `pvz` in a request that did not get through, whyever; others lose nothing by it. */
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
  detail?: string;
}

/**
 * Policy `pvz`: each failed send takes an attempt, whether the message was refused or the broker is away. A
 * row rests between two; when none is left it is FAILED, and later rows of its key go on.
 */
export const createFailedSends = (deps: FailedSendsDeps): FailedSends => {
  const { heldKeys, logger } = deps;

  const follow = (row: UnsentRow, counted: FailedSend | undefined, failure: Failure): void => {
    const nowMs = deps.monotonicMs();
    const { topic, key, sequence } = row;
    const facts = { topic, key, sequence, event_id: row.id, ...failure };
    // in this pass the rows behind it were passed over: nothing of its key may go before the next
    if (!counted || counted.hasFailed) heldKeys.rest(row, nowMs);
    else heldKeys.rest(row, nowMs + pvzPolicy.restMs);
    if (!counted) return;
    deps.countRefused(row, failure.reason);
    const { attempts } = counted;
    if (counted.hasFailed)
      logger.error(facts, 'event FAILED: no attempts left; later events of its key go on');
    else logger.warn({ ...facts, attempts }, 'event not sent');
  };

  const count: FailedSends['count'] = async (epoch, rows, failure) => {
    const { reason, detail } = failure;
    const cause = detail === undefined ? reason : `${reason}: ${detail}`;
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
      const reason = reasonOf(error) ?? 'bug';
      const detail = error instanceof Error ? error.message : String(error);
      await count(epoch, rows, { reason, detail });
    },
  };
};
