import { OrderEventSchema } from '#gen/pvz/v1/events_pb.ts';
import { inFieldOrder } from '#platform/messaging/field-order.ts';
import { unsentRow } from '../../../testing/publisher/unsent-row.ts';
import type { ValueForm } from '../domain/value-form.ts';
import { toMessage } from './to-message.ts';

// the fields as Postgres prints jsonb: by length, then by bytes
const payload =
  '{"actor": {"id": 173, "type": "courier"}, "order": {"id": 42, "status": "accepted", "user_id": "7"}, "source": "pvz-api", "event_id": "0196a5d2-6a6e-7000-8000-000000000000", "timestamp": "2025-04-22T15:03:05Z", "event_type": "order_accepted"}';
const byContract =
  '{"event_id":"0196a5d2-6a6e-7000-8000-000000000000","event_type":"order_accepted","timestamp":"2025-04-22T15:03:05Z","actor":{"type":"courier","id":173},"order":{"id":42,"user_id":"7","status":"accepted"},"source":"pvz-api"}';

const orderFields = inFieldOrder(OrderEventSchema);
const valueIn = (form: ValueForm) => toMessage('pvz', unsentRow({ payload }), form).value;

test('the payload is sent as it is', () => {
  expect(valueIn({})).toBe(payload);
});

test('where the contract fixes the order of fields, the value is what its page shows', () => {
  expect(valueIn({ orderFields })).toBe(byContract);
});

test('in the confluent encoding the same JSON follows the id of its schema', () => {
  const frame = Buffer.from([0, 0, 0, 0, 9]);
  expect(valueIn({ orderFields, schemaId: 9 })).toEqual(
    Buffer.concat([frame, Buffer.from(byContract)]),
  );
});
