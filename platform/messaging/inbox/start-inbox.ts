import type { DescMessage } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import type { InboxConsumer } from './consumer.ts';
import { keepInboxDays } from './days.ts';
import { createHoldMetrics } from '../kafka/hold-metrics.ts';
import type { Hold } from '../kafka/holds.ts';
import { createDeadLetterSender } from './dead-letter-sender.ts';
import { createInboxMetrics } from './metrics.ts';
import type { InboxParts } from './parts.ts';
import { runConsumer } from './run-consumer.ts';

export interface Inbox {
  /** True while it is a member of its group. */
  isReady: () => boolean;
  /** The partitions that its consumers have and cannot go on with, and why. */
  held: () => Hold[];
  /** Resolves while dead letters can be written, as far as is known; rejects with why not. */
  checkLetters: () => Promise<void>;
  /** No new fetch, the work in hand ends, offsets are committed, the group is left. */
  stop: () => Promise<void>;
}

/**
 * Runs consumers until stopped. Each event acts once, in the order of its key, however often it is delivered
 * and to however many processes; one that fails waits and is tried again, and holds up no other key.
 */
export const startInbox = (parts: InboxParts, consumers: readonly InboxConsumer[]): Inbox => {
  const abort = new AbortController();
  const metrics = createInboxMetrics(parts.registry);
  const validator = createValidator();
  const holdsOf = createHoldMetrics(parts.registry);
  const common = { ...parts, metrics, holdsOf, validator, signal: abort.signal };
  // one each: the letters of a consumer do not wait for those of another
  const running = consumers.map((consumer) => {
    const deadLetters = createDeadLetterSender(parts.kafka, parts.pool.clock.now);
    return { ...runConsumer({ ...common, consumer, deadLetters }), deadLetters };
  });
  const days = keepInboxDays(parts, abort.signal);
  return {
    isReady: () => running.every(({ isReady }) => isReady()),
    held: () => running.flatMap(({ held }) => held()),
    checkLetters: () => {
      const faults = running.map(({ letterFault }) => letterFault()).filter((each) => each);
      return faults.length === 0 ? Promise.resolve() : Promise.reject(new Error(faults.join('; ')));
    },
    stop: async () => {
      await Promise.all(running.map(({ stop }) => stop()));
      abort.abort();
      await Promise.all([...running.map(({ ended }) => ended), days]);
      await Promise.all(running.map(({ deadLetters }) => deadLetters.close()));
    },
  };
};

/** Types a consumer by its message, for a list of different ones. */
export const inboxConsumer = <Schema extends DescMessage>(
  consumer: InboxConsumer<Schema>,
): InboxConsumer => consumer;
