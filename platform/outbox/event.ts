import { bucketOf } from './bucket.ts';

/** An event as a use case announces it; the rest of the row is derived or filled by the publisher. */
export interface OutboxEvent {
  /** UUID v7: its time chooses the day's partition. */
  id: string;
  topic: string;
  /** The order id as text: the Kafka key. */
  key: string;
  /** Gapless for one topic and key, from 1, taken under the order's row lock. */
  sequence: bigint;
  eventType: string;
  /** JSON text, passed through to Kafka as it is. */
  payload: string;
  /** Only what cannot be derived from the other columns: traceparent, correlation-id, causation-id. */
  headers: Readonly<Record<string, string>>;
  createdAt: Date;
}

/** The rows as one JSON parameter for the statement of `insertOutboxSql`. */
export const encodeOutboxRows = (events: readonly OutboxEvent[]): string =>
  `[${events.map(encodeRow).join(',')}]`;

const encodeRow = (event: OutboxEvent): string =>
  `{"id":"${event.id}","topic":${JSON.stringify(event.topic)},"key":${JSON.stringify(event.key)},` +
  `"sequence":${event.sequence.toString()},"event_type":${JSON.stringify(event.eventType)},` +
  `"payload":${event.payload},"headers":${JSON.stringify(event.headers)},` +
  `"bucket":${bucketOf(event.key)},"created_at":"${event.createdAt.toISOString()}"}`;
