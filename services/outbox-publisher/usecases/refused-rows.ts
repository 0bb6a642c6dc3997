import { backoffMs } from '#platform/base/backoff.ts';
import type { LogFacts } from '#platform/base/log-line.ts';
import type { Logger } from '#platform/base/logger.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { Pace } from '../domain/pace.ts';
import { factsOf, type UnsentRow } from '../domain/row.ts';
import type { PublishPolicy, TopicRules } from '../domain/topic-rules.ts';
import type { FailedSends } from './failed-sends.ts';

export interface RefusedRowsDeps {
  policyOf: TopicRules['policyOf'];
  recordAttempt: (
    epoch: bigint,
    refusal: { row: UnsentRow; reason: string; maxAttempts: number },
  ) => Promise<{ attempts: number; hasFailed: boolean } | 'fenced' | 'moved'>;
  /** Counts the attempts of policy `pvz`. */
  failedSends: Pick<FailedSends, 'count'>;
  heldKeys: HeldKeys;
  /** Called when the known blocked keys may be outdated. */
  refreshBlocked: () => void;
  monotonicMs: () => number;
  /** How long a key is backed off after an attempt. */
  backoff: Pace['backoff'];
  countRefused: (row: UnsentRow, reason: string) => void;
  logger: Logger;
}

/**
 * Handles a message that the broker refuses: an attempt is counted and the key is backed off; after the last
 * attempt the row is FAILED. Then it blocks its key, or later rows are sent, as the policy of the topic says.
 * Other keys are not delayed.
 */
export const handleRefused = (deps: RefusedRowsDeps) => {
  const { heldKeys, logger, monotonicMs } = deps;

  const giveUp = (row: UnsentRow, { kind }: PublishPolicy, facts: LogFacts): void => {
    if (kind === 'default') {
      heldKeys.block(row);
      logger.error(facts, 'event FAILED: its key is blocked until it is redriven or discarded');
      return;
    }
    // in this pass the rows behind it were skipped: no row of its key may be sent before the next pass
    heldKeys.backOff(row, monotonicMs());
    logger.error(facts, 'event FAILED: later events of its key go on');
  };

  return async (epoch: bigint, row: UnsentRow, reason: string): Promise<void> => {
    const policy = deps.policyOf(row.topic);
    if (policy.kind === 'pvz') return deps.failedSends.count(epoch, [row], { reason });
    const { maxAttempts } = policy;
    const counted = await deps.recordAttempt(epoch, { row, reason, maxAttempts });
    if (counted === 'fenced')
      throw new LeaseLost('its epoch ended before an attempt could be counted');
    if (counted === 'moved') {
      // changed by an operator, or FAILED by an attempt whose answer was lost
      heldKeys.backOff(row, monotonicMs());
      deps.refreshBlocked();
      return;
    }
    deps.countRefused(row, reason);
    const facts = { ...factsOf(row), reason };
    if (counted.hasFailed) {
      giveUp(row, policy, facts);
      return;
    }
    heldKeys.backOff(row, monotonicMs() + backoffMs(counted.attempts, deps.backoff));
    const { attempts } = counted;
    logger.warn({ ...facts, attempts, max_attempts: maxAttempts }, 'event refused');
  };
};
