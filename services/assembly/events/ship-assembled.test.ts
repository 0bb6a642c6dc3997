import { ShipAssembledSchema } from '#gen/assembly/v1/events_pb.ts';
import { eventSchema } from '#platform/messaging/schema-registry/event-schema.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { shipAssembled } from './ship-assembled.ts';

const ajv = new Ajv2020();
formats.default(ajv);
const accepts = ajv.compile(eventSchema(ShipAssembledSchema));

test.each([0, 7])('after a build of %d s the event fits the registered schema', (buildTimeSec) => {
  const ids = {
    eventId: '019c1f2e-0000-7000-8000-000000000001',
    orderId: '019c1f2e-0000-7000-8000-000000000002',
    userId: '019c1f2e-0000-7000-8000-000000000003',
  };
  const finishedAt = new Date('2026-01-02T03:04:05.678Z');
  const { payload, ...row } = shipAssembled(
    { ...ids, buildTimeSec, finishedAt, sequence: 1n },
    'a.topic',
    { 'causation-id': 'c-1' },
  );
  expect(row).toEqual({
    id: ids.eventId,
    topic: 'a.topic',
    key: ids.orderId,
    sequence: 1n,
    eventType: 'assembly.v1.ShipAssembled',
    createdAt: finishedAt,
    headers: { 'causation-id': 'c-1' },
  });
  const event: unknown = JSON.parse(payload);
  expect(event).toEqual({
    event_id: ids.eventId,
    order_id: ids.orderId,
    user_id: ids.userId,
    event_type: 'order.assembly.completed',
    event_version: 1,
    occurred_at: '2026-01-02T03:04:05.678Z',
    build_time_sec: buildTimeSec,
  });
  expect([accepts(event), accepts.errors]).toEqual([true, null]);
});
