import { backoffMs } from '../../base/backoff.ts';
import type { InboxConsumer } from './consumer.ts';
import { TryLater } from './try-later.ts';

const maxBackoffMs = 300_000;

/**
 * Returns how many attempts are counted after try number `attempt` has failed, and when the next one is due: after 1,
 * 2, 4 … times the consumer's base, up to 5 min; at once when the attempts are exhausted. TryLater counts no attempt.
 */
export const whenTriedAgain = (
  { retry }: Pick<InboxConsumer, 'retry'>,
  failure: unknown,
  attempt: number,
): { attempts: number; dueInMs: number } => {
  if (failure instanceof TryLater) return { attempts: attempt - 1, dueInMs: failure.afterMs };
  if (attempt >= retry.attempts) return { attempts: attempt, dueInMs: 0 };
  const dueInMs = backoffMs(attempt, { firstMs: retry.baseMs, maxMs: maxBackoffMs }, () => 1);
  return { attempts: attempt, dueInMs };
};
