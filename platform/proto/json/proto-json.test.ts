import { FieldRulesSchema, FieldPathSchema } from '#gen/buf/validate/validate_pb.ts';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { HttpRuleSchema } from '#gen/google/api/http_pb.ts';
import { OrderStatusChangedSchema } from '#gen/loms/v1/events_pb.ts';
import { StocksInfoResponseSchema } from '#gen/loms/v1/loms_pb.ts';
import { create, type DescMessage, type JsonValue } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { InvalidRequest } from '../validation/invalid-request.ts';
import { createProtoFile } from '../../../testing/proto-file.ts';
import { decodeJson } from './decode.ts';
import { encodeJson } from './encode.ts';
import { enumWords, type EnumStyle } from './enum-words.ts';

const event = create(OrderStatusChangedSchema, {
  eventId: 'e',
  orderId: 9_007_199_254_740_991n,
  status: 'new',
  moment: timestampFromMs(1_767_323_045_000),
  sequence: 1n,
  items: [{ sku: 1n, count: 2 }],
  source: 'loms',
});
const json = {
  event_id: 'e',
  order_id: 9_007_199_254_740_991,
  status: 'new',
  moment: '2026-01-02T03:04:05.000Z',
  sequence: 1,
  user_id: 0,
  items: [{ sku: 1, count: 2 }],
  source: 'loms',
};

test('an event is plain JSON: proto names, numbers, milliseconds, absent optionals left out', () => {
  expect(encodeJson(OrderStatusChangedSchema, event, { emitDefaults: true })).toEqual(json);
});

test('zero values are printed only when asked for', () => {
  const zero = create(StocksInfoResponseSchema);
  expect(encodeJson(StocksInfoResponseSchema, zero, { emitDefaults: true })).toEqual({ count: 0 });
  expect(encodeJson(StocksInfoResponseSchema, zero, { emitDefaults: false })).toEqual({});
});

test('a number that JSON cannot hold is a bug', () => {
  const large = create(StocksInfoResponseSchema, { count: 2n ** 53n });
  expect(() => encodeJson(StocksInfoResponseSchema, large, { emitDefaults: true })).toThrow(
    RangeError,
  );
});

test('what was written is read again', () => {
  expect(decodeJson(OrderStatusChangedSchema, json, { unknownFields: 'refuse' })).toEqual(event);
});

test('unknown fields of a newer event are ignored, but not its wrong ones', () => {
  const newer = { ...json, added: { deep: [1] }, items: [{ sku: 1, count: 2, added: true }] };
  expect(decodeJson(OrderStatusChangedSchema, newer, { unknownFields: 'ignore' })).toEqual(event);
  const wrong = { ...newer, sequence: 'first' };
  expect(() => decodeJson(OrderStatusChangedSchema, wrong, { unknownFields: 'ignore' })).toThrow(
    'sequence',
  );
});

test('maps and enums go both ways', () => {
  const info = { reason: 'r', metadata: { a: 'b', 'c.d': '' } };
  const read = decodeJson(ErrorInfoSchema, info, { unknownFields: 'refuse' });
  expect(encodeJson(ErrorInfoSchema, read, { emitDefaults: false })).toEqual(info);
  const path = { elements: [{ field_type: 'TYPE_INT64', int_key: 7 }] };
  const decoded = decodeJson(FieldPathSchema, path, { unknownFields: 'refuse' });
  expect(encodeJson(FieldPathSchema, decoded, { emitDefaults: false })).toEqual(path);
});

describe('enum words', () => {
  const path = { elements: [{ field_type: 'TYPE_INT64' }, { field_type: 'TYPE_BOOL' }] };
  const message = decodeJson(FieldPathSchema, path, { unknownFields: 'refuse' });
  const typesAs = (enumStyle: EnumStyle) => {
    const { elements } = encodeJson(FieldPathSchema, message, { emitDefaults: false, enumStyle });
    return (elements as { field_type: string }[]).map((one) => one.field_type);
  };
  const read = (word: JsonValue, enumStyle: EnumStyle) =>
    decodeJson(
      FieldPathSchema,
      { elements: [{ field_type: word }] },
      { unknownFields: 'refuse', enumStyle },
    ).elements[0]?.fieldType;

  test('are long, short or in lower case', () => {
    expect(typesAs('long')).toEqual(['TYPE_INT64', 'TYPE_BOOL']);
    expect(typesAs('short')).toEqual(['INT64', 'BOOL']);
    expect(typesAs('lower')).toEqual(['int64', 'bool']);
  });

  test.each(['TYPE_BOOL', 'type_bool', 'BOOL', 'bool', 'Bool', 8])(
    'of a request are read in every form, however they are printed: %s',
    (word) => {
      expect(read(word, 'long')).toBe(8);
      expect(read(word, 'short')).toBe(8);
      expect(read(word, 'lower')).toBe(8);
    },
  );

  test('are refused when there is no such value, with those that there are', () => {
    expect(() => read('BOOLE', 'long')).toThrow(/must be one of TYPE_DOUBLE, /);
    expect(() => read('TYPE_', 'short')).toThrow(/must be one of DOUBLE, /);
    expect(() => read('BOOLE', 'lower')).toThrow(/must be one of double, /);
    for (const json of ['', '8', 99, 8.5, true, [8], {}] as JsonValue[])
      expect(() => read(json, 'short')).toThrow(InvalidRequest);
  });

  test('of values without a common prefix are whole', () => {
    const names = ['KIND_NONE', 'STRUCT_A', 'ROW'];
    const { enums } = createProtoFile({
      name: 'mixed.proto',
      package: 'mixed.v1',
      enumType: [{ name: 'Kind', value: names.map((name, number) => ({ name, number })) }],
    });
    const [kind] = enums;
    expect(kind?.values.map(enumWords.short.write)).toEqual(names);
  });
});

test('null stands for absent', () => {
  const value = { reason: null, metadata: null };
  expect(decodeJson(ErrorInfoSchema, value, { unknownFields: 'refuse' })).toEqual(
    create(ErrorInfoSchema),
  );
});

const nest = (levels: number): JsonValue =>
  levels === 0 ? {} : { additional_bindings: [nest(levels - 1)] };

describe('refused, with its path:', () => {
  test.each<[string, DescMessage, JsonValue, RegExp]>([
    ['not an object', ErrorInfoSchema, [], /^request: must be a JSON object$/],
    ['not an array', OrderStatusChangedSchema, { items: {} }, /^items: must be a JSON array$/],
    [
      'an item of a wrong type',
      OrderStatusChangedSchema,
      { items: [{}, 1] },
      /^items\[1\]: must be/,
    ],
    ['null in a list', OrderStatusChangedSchema, { items: [null] }, /^items\[0\]: must be/],
    ['a number for a text', ErrorInfoSchema, { reason: 1 }, /^reason: must be a string/],
    ['half a surrogate pair', ErrorInfoSchema, { reason: '\ud800' }, /^reason: must be a string/],
    ['a wrong map value', ErrorInfoSchema, { metadata: { a: 1 } }, /^metadata\["a"\]: must be/],
    [
      'a wrong timestamp',
      OrderStatusChangedSchema,
      { moment: 'today' },
      /^moment: is not a google/,
    ],
    [
      'two names of a field',
      OrderStatusChangedSchema,
      { user_id: 1, userId: 1 },
      /^user_id: is given more than once$/,
    ],
    [
      'two of a oneof',
      FieldRulesSchema,
      { bool: {}, string: {} },
      /^string: excludes the other fields of type$/,
    ],
    [
      'a lossy number',
      OrderStatusChangedSchema,
      { order_id: 9_007_199_254_740_992 },
      /^order_id: must be an integer/,
    ],
    ['too deep nesting', HttpRuleSchema, nest(100), /is nested too deeply$/],
  ])('%s', (_name, schema, value, message) => {
    const read = () => decodeJson(schema, value, { unknownFields: 'refuse' });
    expect(read).toThrow(InvalidRequest);
    expect(read).toThrow(message);
  });
});
