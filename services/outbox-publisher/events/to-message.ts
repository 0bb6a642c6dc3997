import { cloudEventHeaders } from '#platform/event.ts';
import type { OutgoingMessage } from '#platform/kafka/producer.ts';
import type { UnsentRow } from '../domain/row.ts';

/** The row as a Kafka message: its payload as it is, CloudEvents headers from its columns. */
export const toMessage = (source: string, row: UnsentRow): OutgoingMessage => ({
  key: row.key,
  value: row.payload,
  headers: Object.assign(
    cloudEventHeaders({
      id: row.id,
      source,
      type: row.eventType,
      time: new Date(row.createdAtMs).toISOString(),
      subject: row.key,
      sequence: row.sequence,
    }),
    row.headers,
  ),
});
