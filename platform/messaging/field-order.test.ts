import { OrderEventSchema } from '#gen/pvz/v1/events_pb.ts';
import { inFieldOrder } from './field-order.ts';

const order = inFieldOrder(OrderEventSchema);

test.each([
  ['an empty object', '{}', '{}'],
  [
    'fields in the wrong order',
    '{"source": "s", "event_id": "e"}',
    '{"event_id":"e","source":"s"}',
  ],
  [
    'fields of nested messages',
    '{"order": {"status": "a", "id": 1}, "actor": {"id": 2, "type": "b"}}',
    '{"actor":{"type":"b","id":2},"order":{"id":1,"status":"a"}}',
  ],
  [
    'unknown fields, which come last',
    '{"b": [{"z": 1, "a": null}], "__proto__": true, "source": "s", "order": {"x": {}, "id": 1}}',
    '{"order":{"id":1,"x":{}},"source":"s","b":[{"z":1,"a":null}],"__proto__":true}',
  ],
  [
    'a value of another type than its field',
    '{"order": null, "actor": ["x"], "event_id": {"b": 1, "a": 2}}',
    '{"event_id":{"b":1,"a":2},"actor":["x"],"order":null}',
  ],
  [
    'the largest numbers and text that must be escaped',
    '{"order": {"id": 9007199254740991}, "n": -9007199254740991, "f": 0.1, "event_id": "\\"\\u0001 , : ж"}',
    '{"event_id":"\\"\\u0001 , : ж","order":{"id":9007199254740991},"n":-9007199254740991,"f":0.1}',
  ],
])('%s', (_, json, expected) => {
  expect(order(json)).toBe(expected);
});
