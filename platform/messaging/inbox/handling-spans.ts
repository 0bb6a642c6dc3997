import { failureOf, isTracing, runForAll } from '../../base/tracing/span.ts';
import { operation, startProcessing } from '../event-spans.ts';
import type { InboxConsumer } from './consumer.ts';
import type { BatchPlan } from './plan-batch.ts';
import type { ReadMessage } from './read-message.ts';

type Consumer = Pick<InboxConsumer, 'name' | 'group' | 'topic'>;
type Batch = readonly ReadMessage[];

/** Starts the span of each message, in the trace of its event; `endSpans` ends them. */
export const withSpans = <Read extends ReadMessage>(
  { name, group = name }: Consumer,
  batch: readonly Read[],
): readonly Read[] =>
  isTracing()
    ? batch.map((read) => ({ ...read, span: startProcessing(group, read.message) }))
    : batch;

/** Ends the spans that have not ended yet. */
export const endSpans = (batch: Batch, failure?: unknown): void => {
  for (const { span } of batch) span?.end(failure === undefined ? undefined : failureOf(failure));
};

/** Handles messages, each in a span of its own. */
export const handleInSpans = async (
  consumer: Consumer,
  batch: Batch,
  handle: (batch: Batch) => Promise<void>,
): Promise<void> => {
  const traced = withSpans(consumer, batch);
  try {
    await handle(traced);
    endSpans(traced);
  } catch (error) {
    endSpans(traced, error);
    throw error;
  }
};

/**
 * Runs what is done for all messages at once: in the span of the message, where only one is recorded, otherwise in one of
 * its own that is linked to theirs.
 */
export const inSpanOfAll = <T>(
  { topic }: Consumer,
  batch: Batch,
  work: () => Promise<T>,
): Promise<T> => {
  if (!isTracing()) return work();
  const attributes = {
    ...operation('process', topic),
    'messaging.batch.message_count': batch.length,
  };
  const spans = batch.map(({ span }) => span);
  return runForAll(spans, { name: `process ${topic}`, kind: 'consumer', attributes }, work);
};

/** Notes in the spans what has become of the messages, once that is committed. */
export const noteOutcomes = (plan: BatchPlan, failure: unknown): void => {
  if (!isTracing()) return;
  note(plan.duplicates, 'duplicate');
  note(plan.late, 'late');
  note(plan.park, 'parked');
  note(plan.handle, failure === undefined ? 'handled' : 'parked');
  if (failure !== undefined) endSpans(plan.handle, failure);
};

const note = (batch: Batch, outcome: string): void => {
  for (const { span } of batch) span?.set({ 'inorder.inbox.outcome': outcome });
};
