import { HttpRuleSchema } from '#gen/google/api/http_pb.ts';
import { OrderStatusChangedSchema } from '#gen/loms/v1/events_pb.ts';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { eventSchema } from './event-schema.ts';

const schema = eventSchema(OrderStatusChangedSchema);

test('the schema of an event: proto names, what must be there, nothing else', () => {
  expect(schema).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'loms.v1.OrderStatusChanged',
    description: expect.stringContaining('Topic `loms.order-events`'),
    type: 'object',
    required: ['event_id', 'order_id', 'status', 'moment', 'sequence', 'source'],
    additionalProperties: false,
  });
  expect(schema['properties']).toMatchObject({
    event_id: { type: 'string', format: 'uuid' },
    order_id: { type: 'integer', exclusiveMinimum: 0, maximum: 2 ** 53 - 1 },
    status: { type: 'string', enum: ['new', 'awaiting payment', 'failed', 'payed', 'cancelled'] },
    moment: { type: 'string', format: 'date-time' },
    user_id: { type: 'integer', minimum: -(2 ** 53) + 1, maximum: 2 ** 53 - 1 },
    items: { type: 'array', items: { $ref: '#/$defs/loms.v1.OrderStatusChangedItem' } },
    source: { type: 'string', minLength: 1 },
  });
  expect(schema['$defs']).toMatchObject({
    'loms.v1.OrderStatusChangedItem': {
      properties: { count: { type: 'integer', minimum: 0, maximum: 2 ** 32 - 1 } },
      additionalProperties: false,
    },
  });
  expect(schema['properties']).not.toHaveProperty('previous_status.pattern');
});

test('a message that contains itself has a schema too', () => {
  const { $defs } = eventSchema(HttpRuleSchema);
  expect($defs).toHaveProperty(['google.api.HttpRule', 'properties', 'additional_bindings']);
});

const ajv = new Ajv2020({ strict: true, allErrors: true });
formats.default(ajv);
ajv.addFormat('uint32', true);
const accepts = ajv.compile(schema);
const event = {
  event_id: '019c1f2e-0000-7000-8000-000000000001',
  order_id: 7,
  status: 'new',
  moment: '2026-01-02T03:04:05.678Z',
  sequence: 1,
  source: 'loms',
};

test('an event of an older version, with what must be there alone, is taken', () => {
  expect([accepts(event), accepts.errors]).toEqual([true, null]);
});

test.each<[string, object]>([
  ['a text for a number', { order_id: '7' }],
  ['a number that JSON readers round', { order_id: 2 ** 53 }],
  ['half a number', { sequence: 1.5 }],
  ['zero for what counts from one', { sequence: 0 }],
  ['a word that is no status', { status: 'paid' }],
  ['a time in words', { moment: 'today' }],
  ['an id that is no UUID', { event_id: '7' }],
  ['an absent required field', { source: undefined }],
  ['null', { reason: null }],
  ['a field that it does not name', { userId: 1 }],
  ['a count below zero', { items: [{ sku: 1, count: -1 }] }],
  ['a count beyond uint32', { items: [{ sku: 1, count: 2 ** 32 }] }],
])('%s is refused', (_, change) => {
  expect(accepts(JSON.parse(JSON.stringify({ ...event, ...change })))).toBe(false);
});
