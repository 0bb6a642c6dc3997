import { reasonOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { InboxConsumer } from './consumer.ts';
import type { InboxMetrics } from './metrics.ts';
import type { BatchPlan } from './plan-batch.ts';
import type { ReadMessage } from './read-message.ts';

export interface ReportParts {
  consumer: InboxConsumer;
  metrics: InboxMetrics;
  logger: Logger;
}

export interface BatchOutcome {
  plan: BatchPlan;
  /** How many messages were parked. */
  parked: number;
  setBack: ReadonlySet<string>;
  /** Why messages were parked instead of handled; undefined if none failed. */
  failure: unknown;
}

/** Counts and logs the outcome of a batch, after its commit. */
export const report = (
  parts: ReportParts,
  { plan, parked, setBack, failure }: BatchOutcome,
): void => {
  const { consumer, metrics } = parts;
  const labels = { consumer: consumer.name };
  metrics.duplicates.inc(labels, plan.duplicates.length);
  metrics.parked.inc(labels, parked);
  for (const gap of plan.gaps) reportGap(parts, gap);
  metrics.gaps.inc({ ...labels, topic: consumer.topic, reason: 'discarded' }, plan.skipped.length);
  for (const late of plan.late)
    reportViolation(parts, late, setBack.has(late.id) ? 'set-back' : 'late');
  if (failure === undefined) metrics.handled.inc(labels, plan.handle.length);
  else for (const read of plan.handle) reportFailure(parts, read, failure);
};

const reportGap = (parts: ReportParts, read: ReadMessage): void => {
  const { name, topic, allowsGaps = false } = parts.consumer;
  parts.metrics.gaps.inc({ consumer: name, topic, reason: allowsGaps ? 'policy' : 'unknown' });
  if (!allowsGaps) reportViolation(parts, read, 'jump');
};

const says = {
  jump: 'events of its key before it are missing',
  late: 'it comes after a later one of its key',
  'set-back': 'its sequence has come under another id: was the database of its source set back?',
};

/** Begins the counters of violations at zero: a series that begins with its first one shows no increase. */
export const showNoViolation = (
  metrics: InboxMetrics,
  { name, topic }: Pick<InboxConsumer, 'name' | 'topic'>,
): void => {
  for (const reason of Object.keys(says))
    metrics.violations.inc({ consumer: name, topic, reason }, 0);
};

const reportViolation = (
  { consumer, metrics, logger }: ReportParts,
  read: ReadMessage,
  reason: keyof typeof says,
): void => {
  metrics.violations.inc({ consumer: consumer.name, topic: consumer.topic, reason });
  logger.error(factsOf(consumer, read), `ORDER VIOLATION: ${says[reason]}`);
};

/** Counts and logs a failed try. */
export const reportFailure = (
  { consumer, metrics, logger }: ReportParts,
  read: ReadMessage,
  failure: unknown,
): void => {
  metrics.failures.inc({ consumer: consumer.name, reason: reasonOf(failure) ?? 'error' });
  logger.warn({ ...factsOf(consumer, read), err: failure }, 'handling failed; its key waits');
};

/** Returns the fields of a log line about a message. */
export const factsOf = (
  { name }: InboxConsumer,
  { message: { topic, partition, offset }, id, key, origin }: ReadMessage,
) => ({
  consumer: name,
  topic,
  partition,
  offset: Number(offset),
  key,
  event_id: id,
  ...(origin !== undefined && { sequence: Number(origin.sequence) }),
});
