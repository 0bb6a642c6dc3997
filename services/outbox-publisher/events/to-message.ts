import { framedValue } from '#platform/messaging/event-value.ts';
import { cloudEventHeaders, eventHeader } from '#platform/messaging/event.ts';
import type { OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { ValueForm } from '../domain/value-form.ts';

/**
 * Converts a row to a Kafka message: its payload, unchanged unless the topic fixes the order of its fields, with
 * CloudEvents headers made from its columns.
 */
export const toMessage = (source: string, row: UnsentRow, form: ValueForm): OutgoingMessage => ({
  key: row.key,
  value: valueOf(row.payload, form),
  headers: Object.assign(
    cloudEventHeaders({
      id: row.id,
      source,
      type: row.eventType,
      time: new Date(row.createdAtMs).toISOString(),
      subject: row.key,
      sequence: row.sequence,
    }),
    form.dataSchema !== undefined && { [eventHeader.dataSchema]: form.dataSchema },
    row.headers,
  ),
});

const valueOf = (payload: string, { schemaId, orderFields }: ValueForm): string | Buffer => {
  const json = orderFields === undefined ? payload : orderFields(payload);
  return schemaId === undefined ? json : framedValue(schemaId, json);
};
