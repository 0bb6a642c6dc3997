import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf';
import { AppError } from '../../base/errors.ts';
import { isTracing } from '../../base/tracing/span.ts';
import { encodeJson } from '../../proto/json/encode.ts';
import { headersInTrace } from '../event-spans.ts';
import { bucketOf } from './bucket.ts';

/** An event for the outbox; the other columns of the row are derived or filled by the publisher. */
export interface OutboxEvent {
  /** UUID v7, whose time chooses the partition of the day. */
  id: string;
  topic: string;
  /** The Kafka key, whose events stay in order, e.g. the order id as text. Up to `longestKey` characters. */
  key: string;
  /**
   * 1, 2, 3 … without a gap, per topic and key; counted under the lock of the row that the events are about.
   */
  sequence: bigint;
  eventType: string;
  /** JSON text, passed through to Kafka unchanged. */
  payload: string;
  /** Only what cannot be derived from the other columns: traceparent, correlation-id, causation-id. */
  headers: Readonly<Record<string, string>>;
  createdAt: Date;
}

export interface NewEvent<Schema extends DescMessage> extends Omit<
  OutboxEvent,
  'eventType' | 'payload'
> {
  message: MessageInitShape<Schema>;
  /** For a message that stands for events of several types; default the message's full name. */
  eventType?: string;
}

/** Creates an event from its message, which determines its JSON and, unless it is given, its type. */
export const outboxEvent = <Schema extends DescMessage>(
  schema: Schema,
  { message, ...row }: NewEvent<Schema>,
): OutboxEvent => ({
  eventType: schema.typeName,
  ...row,
  payload: JSON.stringify(encodeJson(schema, create(schema, message), { emitDefaults: true })),
});

// Consumers keep keys in indexes, whose rows Postgres limits, and treat longer ones as poison.
export const longestKey = 200;

/**
 * Encodes the rows as one JSON parameter for the statement of `insertOutboxSql`. Refuses a key that consumers
 * would not accept.
 */
export const encodeOutboxRows = (events: readonly OutboxEvent[]): string => {
  for (const { key } of events) refuseKey(key);
  return `[${events.map(encodeRow).join(',')}]`;
};

const refuseKey = ({ length }: string): void => {
  if (length >= 1 && length <= longestKey) return;
  const words = `The key of an event has from 1 to ${longestKey} characters, not ${length}.`;
  throw new AppError('invalid', 'event-key-wrong', words);
};

const encodeRow = (event: OutboxEvent): string =>
  `{"id":"${event.id}","topic":${JSON.stringify(event.topic)},"key":${JSON.stringify(event.key)},` +
  `"sequence":${event.sequence.toString()},"event_type":${JSON.stringify(event.eventType)},` +
  `"payload":${event.payload},"headers":${JSON.stringify(isTracing() ? headersInTrace(event) : event.headers)},` +
  `"bucket":${bucketOf(event.key)},"created_at":"${event.createdAt.toISOString()}"}`;
