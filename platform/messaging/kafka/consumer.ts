import { backoffMs } from '../../base/backoff.ts';
import { sleep } from '../../base/sleep.ts';
import type { Assignment, ConsumerOptions } from './consumer-options.ts';
import { runConsumerSession } from './consumer-session.ts';
import { createHolds, type Hold } from './holds.ts';
import type { ReceivedMessage } from './message.ts';

export interface Consumer {
  /** True while it is a member of the group. */
  isReady: () => boolean;
  /** The partitions that it holds, and why. */
  held: () => Hold[];
  /**
   * Stops fetching, finishes the work in progress, commits offsets and leaves the group. Takes about 10 s at
   * most.
   */
  stop: () => Promise<void>;
}

const restart = { firstMs: 200, maxMs: 5_000 };

/**
 * Consumes as a member of a group until stopped: offsets are committed after handling, and a new group begins
 * at the oldest message. Never rejects: while the broker is unavailable it keeps trying, after waits that
 * grow until a message was handled. A partition that cannot be read is held without the others.
 */
export const startConsumer = (options: ConsumerOptions): Consumer => {
  const { logger, groupId, topics, onAssignment } = options;
  const abort = new AbortController();
  let isMember = false;
  let failures = 0;
  const holds = createHolds(options, abort.signal);
  const session = {
    ...options,
    holds,
    handle: async (messages: readonly ReceivedMessage[]) => {
      await options.handle(messages);
      failures = 0;
    },
    onAssignment: (assignment: Assignment) => {
      isMember = true;
      holds.keepOnly(assignment.partitions);
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
      const facts = { group: groupId, topics, retry_in_ms: waitMs, attempts: failures, err: fault };
      logger.warn(facts, 'the consumer has ended; building a new one');
      await sleep(waitMs, abort.signal);
    }
  };
  const supervised = supervise();
  return {
    isReady: () => isMember,
    held: () => holds.list(),
    stop: async () => {
      abort.abort();
      await supervised;
    },
  };
};
