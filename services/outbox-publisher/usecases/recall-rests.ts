import type { HeldKeys } from '../domain/held-keys.ts';
import type { UnsentRow } from '../domain/row.ts';
import { pvzPolicy, type TopicRules } from '../domain/topic-rules.ts';

export interface RecallRestsDeps {
  policyOf: TopicRules['policyOf'];
  heldKeys: HeldKeys;
  monotonicMs: () => number;
}

/**
 * Policy `pvz`: a row rests for its time although the publisher that counted its attempt is gone. To be asked
 * before the rows are planned; the times compared are both the database's.
 */
export const recallRests =
  ({ policyOf, heldKeys, monotonicMs }: RecallRestsDeps) =>
  (rows: readonly UnsentRow[]): void => {
    for (const row of rows) {
      const { attempts, sinceAttemptMs } = row;
      if (attempts === 0 || sinceAttemptMs === null) continue;
      // negative: the database's clock was set back, and how long it has been cannot be said
      if (sinceAttemptMs < 0 || sinceAttemptMs >= pvzPolicy.restMs) continue;
      if (policyOf(row.topic).kind !== 'pvz') continue;
      heldKeys.rest(row, monotonicMs() + pvzPolicy.restMs - sinceAttemptMs);
    }
  };
