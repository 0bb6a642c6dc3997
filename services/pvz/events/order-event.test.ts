import { createValidator } from '@bufbuild/protovalidate';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { OrderEventSchema } from '#gen/pvz/v1/events_pb.ts';
import { decodeJson } from '#platform/proto/json/decode.ts';
import { parseJson } from '#platform/proto/json/parse.ts';
import { eventSchema } from '#platform/messaging/schema-registry/event-schema.ts';
import { actorOf, type OrderChange } from '../domain/change.ts';
import type { OrderStatus } from '../domain/order.ts';
import { orderEvent } from './order-event.ts';

const eventId = '019c1f2e-0000-7000-8000-000000000001';
const change = (changes: Partial<OrderChange> = {}): OrderChange => ({
  ...{ orderId: 42n, userId: 7n, status: 'accepted', sequence: 1n },
  changedAt: new Date('2025-04-22T15:03:05.999Z'),
  ...changes,
});
const eventOf = (one: OrderChange, courierId = 173n) =>
  orderEvent({ eventId, change: one, actor: actorOf(one, () => courierId) }, {});

test("the contract's example, to the byte", () => {
  expect(eventOf(change()).payload).toBe(
    `{"event_id":"${eventId}","event_type":"order_accepted","timestamp":"2025-04-22T15:03:05Z",` +
      '"actor":{"type":"courier","id":173},"order":{"id":42,"user_id":"7","status":"accepted"},"source":"pvz-api"}',
  );
});

test('the row has the order as its key and the number of the change as its sequence', () => {
  expect(eventOf(change({ sequence: 3n }))).toMatchObject({
    ...{ id: eventId, topic: 'pvz.events-log', key: '42', sequence: 3n },
    createdAt: change().changedAt,
  });
});

const ajv = new Ajv2020();
formats.default(ajv);
ajv.addFormat('uint64', true);
const accepts = ajv.compile(eventSchema(OrderEventSchema));
const validator = createValidator();

test.each<[OrderStatus, string, object]>([
  ['accepted', 'order_accepted', { type: 'courier', id: 173 }],
  ['returned_to_courier', 'order_returned_to_courier', { type: 'courier', id: 173 }],
  ['issued', 'order_issued', { type: 'client', id: 7 }],
  ['returned_by_client', 'order_returned_by_client', { type: 'client', id: 7 }],
])('status %s is announced as %s, and fits its contract', (status, eventType, actor) => {
  const { payload } = eventOf(change({ status }));
  const json = JSON.parse(payload) as object;
  expect(json).toMatchObject({ event_type: eventType, actor, order: { status } });
  expect([accepts(json), accepts.errors]).toEqual([true, null]);
  const message = decodeJson(OrderEventSchema, parseJson(Buffer.from(payload)), {
    unknownFields: 'refuse',
  });
  expect(validator.validate(OrderEventSchema, message)).toMatchObject({ kind: 'valid' });
});

test('an event whose type does not fit its status breaks the contract', () => {
  const payload = eventOf(change()).payload.replace('order_accepted', 'order_issued');
  const message = decodeJson(OrderEventSchema, parseJson(Buffer.from(payload)), {
    unknownFields: 'refuse',
  });
  expect(validator.validate(OrderEventSchema, message)).toMatchObject({ kind: 'invalid' });
});

const beyond = BigInt(Number.MAX_SAFE_INTEGER) + 1n;

test.each<[string, Partial<OrderChange>, bigint]>([
  ['order.id', { orderId: beyond }, 1n],
  ['order.id', { orderId: 0n }, 1n],
  ['order.user_id', { userId: 0n }, 1n],
  ['actor.id', {}, 0n],
  ['actor.id', {}, beyond],
  ['year', { changedAt: new Date(Date.UTC(10_000, 1)) }, 1n],
])('what would break the contract is refused: %s', (name, changes, courierId) => {
  const build = () => eventOf(change(changes), courierId);
  expect(build).toThrow(expect.objectContaining({ reason: 'VALIDATION_FAILED' }));
  expect(build).toThrow(name);
});
