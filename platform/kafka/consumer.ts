import { backoffMs } from '../backoff.ts';
import { sleep } from '../sleep.ts';
import type { Assignment, ConsumerOptions } from './consumer-options.ts';
import { runConsumerSession } from './consumer-session.ts';

export interface Consumer {
  /** True while it is a member of the group. */
  isReady: () => boolean;
  /** No new fetch, the work in hand ends, offsets are committed, the group is left. Within about 10 s. */
  stop: () => Promise<void>;
}

const restart = { firstMs: 200, maxMs: 5_000 };

/**
 * Consumes as a member of a group until stopped: offsets are committed after handling, a new group begins at
 * the oldest message. Resolves nothing and fails never: while the broker is away it tries again and again.
 */
export const startConsumer = (options: ConsumerOptions): Consumer => {
  const { logger, groupId, onAssignment } = options;
  const abort = new AbortController();
  let isMember = false;
  let failures = 0;
  const session = {
    ...options,
    onAssignment: (assignment: Assignment) => {
      isMember = true;
      failures = 0;
      onAssignment?.(assignment);
    },
  };
  const supervise = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      const fault = await runConsumerSession(session, abort.signal);
      if (isMember) onAssignment?.(undefined);
      isMember = false;
      if (fault === undefined) return;
      failures += 1;
      const waitMs = backoffMs(failures, restart);
      const facts = { groupId, waitMs, reason: fault.message };
      logger.warn(facts, 'the consumer has ended; building a new one');
      logger.debug({ err: fault }, 'why it has ended');
      await sleep(waitMs, abort.signal);
    }
  };
  const supervised = supervise();
  return {
    isReady: () => isMember,
    stop: async () => {
      abort.abort();
      await supervised;
    },
  };
};
