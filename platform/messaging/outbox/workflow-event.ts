import type { DescMessage } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { outboxEvent, type OutboxEvent } from './event.ts';

/** An event of a workflow in which several services take part, each of which numbers its own events of a key. */
export interface WorkflowEvent<Payload> {
  /** UUID v7. */
  id: string;
  topic: string;
  /** The workflow's id, e.g. the order id: the key, and `correlation_id` of the body. */
  key: string;
  /** e.g. `OrderCreated`. */
  type: string;
  sequence: bigint;
  producer: string;
  occurredAt: Date;
  /** Those of the call or the event that caused this one; `causation-id` is repeated in the body. */
  headers: OutboxEvent['headers'];
  payload: Payload;
}

/**
 * Builds an event whose body is {id, type, sequence, correlation_id, causation_id?, producer, occurred_at, payload}. The
 * schema's message must have these fields.
 */
export const workflowEvent = <Payload>(
  schema: DescMessage,
  event: WorkflowEvent<Payload>,
): OutboxEvent => {
  const { id, topic, key, type, sequence, producer, occurredAt, payload } = event;
  const headers = { ...event.headers, 'correlation-id': key };
  const causationId = event.headers['causation-id'];
  const message = {
    ...{ id, type, sequence, producer, payload },
    correlationId: key,
    occurredAt: timestampFromDate(occurredAt),
    ...(causationId !== undefined && { causationId }),
  };
  return outboxEvent(schema, {
    ...{ id, topic, key, sequence, headers },
    eventType: type,
    createdAt: occurredAt,
    message,
  });
};
