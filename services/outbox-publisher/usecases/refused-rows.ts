import { backoffMs } from '#platform/backoff.ts';
import type { Logger } from '#platform/logger.ts';
import type { HeldKeys } from '../domain/held-keys.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { Pace } from '../domain/pace.ts';
import type { UnsentRow } from '../domain/row.ts';

export interface RefusedRowsDeps {
  recordAttempt: (
    epoch: bigint,
    refusal: { row: UnsentRow; reason: string; maxAttempts: number },
  ) => Promise<{ attempts: number; hasFailed: boolean } | 'fenced' | 'moved'>;
  maxAttempts: (topic: string) => number;
  heldKeys: HeldKeys;
  monotonicMs: () => number;
  /** How long a key rests after an attempt. */
  rest: Pace['rest'];
  countRefused: (row: UnsentRow, reason: string) => void;
  logger: Logger;
}

/**
 * Policy `default` for a message that the broker will not take: an attempt is counted and the key rests;
 * when the attempts are used up the row is FAILED and blocks its key. Other keys are not delayed.
 */
export const handleRefused =
  (deps: RefusedRowsDeps) =>
  async (epoch: bigint, row: UnsentRow, reason: string): Promise<void> => {
    const maxAttempts = deps.maxAttempts(row.topic);
    const counted = await deps.recordAttempt(epoch, { row, reason, maxAttempts });
    if (counted === 'fenced')
      throw new LeaseLost('its epoch ended before an attempt could be counted');
    if (counted === 'moved') {
      deps.heldKeys.rest(row, deps.monotonicMs());
      return;
    }
    deps.countRefused(row, reason);
    const facts = {
      topic: row.topic,
      key: row.key,
      sequence: row.sequence,
      event_id: row.id,
      reason,
    };
    if (counted.hasFailed) {
      deps.heldKeys.block(row);
      deps.logger.error(
        facts,
        'event FAILED: its key is blocked until it is redriven or discarded',
      );
      return;
    }
    deps.heldKeys.rest(row, deps.monotonicMs() + backoffMs(counted.attempts, deps.rest));
    deps.logger.warn(
      { ...facts, attempts: counted.attempts, max_attempts: maxAttempts },
      'event refused',
    );
  };
