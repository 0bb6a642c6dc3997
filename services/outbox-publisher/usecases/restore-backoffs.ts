import type { HeldKeys } from '../domain/held-keys.ts';
import type { UnsentRow } from '../domain/row.ts';
import { pvzPolicy, type TopicRules } from '../domain/topic-rules.ts';

export interface RestoreBackoffsDeps {
  policyOf: TopicRules['policyOf'];
  heldKeys: HeldKeys;
  monotonicMs: () => number;
}

/**
 * Policy `pvz`: restores the back-off of a row whose attempt was counted by a publisher that is gone. Called
 * before the rows are planned; both times compared are the database's.
 */
export const restoreBackoffs =
  ({ policyOf, heldKeys, monotonicMs }: RestoreBackoffsDeps) =>
  (rows: readonly UnsentRow[]): void => {
    for (const row of rows) {
      const { attempts, sinceAttemptMs } = row;
      if (attempts === 0 || sinceAttemptMs === null) continue;
      // negative when the database's clock was set back: the elapsed time is unknown
      if (sinceAttemptMs < 0 || sinceAttemptMs >= pvzPolicy.backoffMs) continue;
      if (policyOf(row.topic).kind !== 'pvz') continue;
      heldKeys.backOff(row, monotonicMs() + pvzPolicy.backoffMs - sinceAttemptMs);
    }
  };
