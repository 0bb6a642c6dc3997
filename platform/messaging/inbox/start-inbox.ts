import type { DescMessage } from '@bufbuild/protobuf';
import { createMessageValidator } from '../../proto/validation/validator.ts';
import type { InboxConsumer } from './consumer.ts';
import { keepInboxDays } from './days.ts';
import { createHoldMetrics } from '../kafka/hold-metrics.ts';
import type { Hold } from '../kafka/holds.ts';
import { createDeadLetterSender } from './dead-letter-sender.ts';
import { createInboxMetrics } from './metrics.ts';
import { showNoViolation } from './report.ts';
import type { InboxParts } from './parts.ts';
import { runConsumer } from './run-consumer.ts';

export interface Inbox {
  /** True while each consumer is a member of its group. */
  isReady: () => boolean;
  /** Returns the partitions that its consumers hold, and why. */
  held: () => Hold[];
  /** Resolves unless sending dead letters is known to fail; otherwise rejects with the reason. */
  checkLetters: () => Promise<void>;
  /** Stops fetching, finishes the work in progress, commits offsets and leaves the groups. */
  stop: () => Promise<void>;
}

/**
 * Runs consumers until stopped. Each event takes effect once, in the order of its key, however often and to however
 * many processes it is delivered. An event that fails is parked and tried again, and delays no other key.
 */
export const startInbox = (parts: InboxParts, consumers: readonly InboxConsumer[]): Inbox => {
  const abort = new AbortController();
  const metrics = createInboxMetrics(parts.registry);
  for (const consumer of consumers) showNoViolation(metrics, consumer);
  const validator = createMessageValidator();
  const holdsOf = createHoldMetrics(parts.registry);
  const common = { ...parts, metrics, holdsOf, validator, signal: abort.signal };
  // Each consumer has its own sender, so that its letters do not wait for those of another.
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

/** Checks the types of a consumer against its message type, so that consumers of different types can share a list. */
export const inboxConsumer = <Schema extends DescMessage, Result>(
  consumer: InboxConsumer<Schema, Result>,
): InboxConsumer => consumer;
