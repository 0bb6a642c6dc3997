import { OrderStatusChangedSchema } from '#gen/loms/v1/events_pb.ts';
import { eventSchema } from '#platform/messaging/schema-registry/event-schema.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { awaitPayment, cancel, fail, openOrder, pay, type OrderChange } from '../domain/order.ts';
import { orderStatusChanged } from './order-status-changed.ts';

const largest = BigInt(Number.MAX_SAFE_INTEGER);
const opened = openOrder({
  orderId: largest,
  userId: largest,
  items: [
    { sku: 1n, count: 1 },
    { sku: largest, count: 2 ** 32 - 1 },
  ],
});
const awaiting = awaitPayment(opened.order);
const changes: OrderChange[] = [
  opened,
  awaiting,
  fail(opened.order, 'not enough stock'),
  pay(awaiting.order)!,
  cancel(awaiting.order, 'changed my mind')!,
];

const ajv = new Ajv2020();
formats.default(ajv);
ajv.addFormat('uint32', true);
const accepts = ajv.compile(eventSchema(OrderStatusChangedSchema));

test('every event that loms writes fits the schema that is registered', () => {
  for (const change of changes) {
    const { payload } = orderStatusChanged(
      {
        change,
        moment: new Date('2026-01-02T03:04:05.678Z'),
        eventId: '019c1f2e-0000-7000-8000-000000000001',
      },
      {},
    );
    expect([payload, accepts(JSON.parse(payload)), accepts.errors]).toEqual([payload, true, null]);
  }
});
