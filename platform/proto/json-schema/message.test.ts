import { OrderItemSchema, OrderInfoResponseSchema } from '#gen/loms/v1/loms_pb.ts';
import type { DescMessage, JsonObject, JsonValue } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { InvalidRequest } from '../validation/invalid-request.ts';
import { decodeJson } from '../json/decode.ts';
import { createRequestCheck } from '../validation/request-check.ts';
import { createProtoFile } from '../../../testing/proto-file.ts';
import { messageSchema } from './message.ts';

const rule = (name: string, type: string, rules: JsonObject, more: JsonObject = {}) => ({
  name,
  type: `TYPE_${type}`,
  label: 'LABEL_OPTIONAL',
  options: { '[buf.validate.field]': rules },
  ...more,
});

const numbered = (fields: JsonObject[]) =>
  fields.map((field, index) => ({ ...field, jsonName: field['name']!, number: index + 1 }));

const message = (name: string, fields: JsonObject[], more: JsonObject = {}) => ({
  name,
  field: numbered(fields),
  ...more,
});

const list = { label: 'LABEL_REPEATED' };
const file = createProtoFile({
  name: 'rules.proto',
  package: 'rules.v1',
  enumType: [
    {
      name: 'Size',
      value: [
        { name: 'SIZE_UNSPECIFIED', number: 0 },
        { name: 'SIZE_S', number: 1 },
        { name: 'SIZE_L', number: 2 },
      ],
    },
  ],
  messageType: [
    message('Numbers', [
      rule('above', 'INT64', { int64: { gt: '0', lte: '9007199254740991' } }),
      rule('within', 'UINT32', { uint32: { gte: 0, lt: 10 } }),
      rule('outside', 'INT32', { int32: { lt: 2, gt: 4 } }),
      rule('one_of', 'INT32', { int32: { in: [0, 3, 5] } }),
      rule('none_of', 'INT32', { int32: { notIn: [3] } }),
      rule('real', 'DOUBLE', { double: { gte: -1.5, lt: 1.5 } }),
      rule('ignored', 'INT32', { ignore: 'IGNORE_ALWAYS', int32: { gt: 5 } }),
      rule('or_zero', 'INT32', { ignore: 'IGNORE_IF_ZERO_VALUE', int32: { gt: 5 } }),
      rule('switch', 'BOOL', { bool: { const: true } }),
    ]),
    message('Texts', [
      rule('short', 'STRING', { string: { minLen: '1', maxLen: '3' } }),
      rule('exact', 'STRING', { string: { len: '2' } }),
      rule('word', 'STRING', { string: { in: ['a', 'b'] } }),
      rule('both', 'STRING', { string: { prefix: 'a.', suffix: 'b', notContains: 'c' } }),
      rule('matched', 'STRING', { string: { pattern: '^[a-c]*$' } }),
      rule('id', 'STRING', { ignore: 'IGNORE_IF_ZERO_VALUE', string: { uuid: true } }),
      rule('plain', 'STRING', {}),
    ]),
    message(
      'Many',
      [
        rule(
          'items',
          'INT32',
          {
            repeated: { minItems: '1', maxItems: '2', unique: true, items: { int32: { gt: 0 } } },
          },
          list,
        ),
        rule(
          'sizes',
          'ENUM',
          { repeated: { items: { enum: { notIn: [0] } } } },
          { ...list, typeName: '.rules.v1.Size' },
        ),
        rule('size', 'ENUM', { enum: { in: [0, 1] } }, { typeName: '.rules.v1.Size' }),
        rule(
          'map',
          'MESSAGE',
          {
            map: { maxPairs: '1', keys: { string: { minLen: '2' } }, values: { int32: { lt: 3 } } },
          },
          { ...list, typeName: '.rules.v1.Many.MapEntry' },
        ),
        rule('inner', 'MESSAGE', { required: true }, { typeName: '.rules.v1.Inner' }),
        rule('this', 'INT32', {}, { oneofIndex: 0 }),
        rule('that', 'INT32', {}, { oneofIndex: 0 }),
        rule('maybe', 'INT32', { int32: { gt: 0 } }, { oneofIndex: 1, proto3Optional: true }),
      ],
      {
        oneofDecl: [{ name: 'choice' }, { name: '_maybe' }],
        nestedType: [
          message('MapEntry', [rule('key', 'STRING', {}), rule('value', 'INT32', {})], {
            options: { mapEntry: true },
          }),
        ],
      },
    ),
    message(
      'Either',
      [
        rule('whole', 'INT32', { int32: { gt: 0 } }),
        rule('texts', 'STRING', { repeated: { maxItems: '2' } }, list),
        rule('word', 'STRING', { string: { minLen: '1' } }),
        rule('number', 'INT32', {}),
        rule('known', 'INT32', {}, { oneofIndex: 0, proto3Optional: true }),
      ],
      {
        oneofDecl: [{ name: '_known' }],
        options: {
          '[buf.validate.message]': {
            oneof: [{ fields: ['texts', 'word', 'number', 'known'], required: true }],
          },
        },
      },
    ),
    message('Inner', [rule('deep', 'INT32', { int32: { gt: 0 } })]),
  ],
});

const named = (name: string): DescMessage => file.messages.find((one) => one.name === name)!;

const createJudge = (schema: DescMessage) => {
  const ajv = new Ajv2020({ strict: false, validateFormats: true });
  formats.default(ajv);
  ajv.addFormat('uint32', true).addFormat('uint64', true);
  const validator = createValidator();
  const refTo = (inner: DescMessage): string => {
    if (ajv.getSchema(inner.typeName) === undefined)
      ajv.addSchema({
        $id: inner.typeName,
        ...messageSchema(inner, { side: 'read', validator, refTo }),
      });
    return inner.typeName;
  };
  const accepts = ajv.compile(messageSchema(schema, { side: 'read', validator, refTo }));
  const check = createRequestCheck(validator, schema);
  return {
    schemaAccepts: (json: JsonValue): boolean => accepts(json),
    serverAccepts: (json: JsonValue): boolean => {
      try {
        check(decodeJson(schema, json, { unknownFields: 'refuse' }));
        return true;
      } catch (error) {
        if (error instanceof InvalidRequest) return false;
        throw error;
      }
    },
  };
};

// Values near the bounds of the rules above, so that each rule is met on both sides.
const integers = fc.integer({ min: -1, max: 7 });
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '.', 'b', 'c', '\0'), maxLength: 5 }),
  fc.constantFrom('😀😀', 'a.b', 'a.cb', 'SIZE_UNSPECIFIED', 'SIZE_S', 'SIZE_L'),
  fc.uuid(),
);
const values: fc.Arbitrary<unknown> = fc.oneof(
  integers,
  texts,
  fc.double({ min: -2, max: 2, noNaN: true }),
  fc.boolean(),
  fc.constantFrom(2 ** 53 - 1, 2 ** 53, 2 ** 32, 2 ** 31),
  fc.array(fc.oneof(integers, texts), { maxLength: 3 }),
  fc.dictionary(fc.constantFrom('aa', 'b', 'deep', 'cc'), integers, { maxKeys: 2 }),
);

/** A good message with up to two fields changed, added or left out. */
const nearly = (good: JsonObject, names: string[]): fc.Arbitrary<JsonObject> => {
  const change = fc.tuple(fc.constantFrom(...names, 'unknown'), fc.option(values));
  return fc.array(change, { maxLength: 2 }).map((changes) => {
    const entries = [...Object.entries(good), ...changes].filter(([, value]) => value !== null);
    const absent = new Set(changes.filter(([, value]) => value === null).map(([name]) => name));
    return Object.fromEntries(entries.filter(([name]) => !absent.has(name))) as JsonObject;
  });
};

const good: Record<string, JsonObject> = {
  Numbers: { above: 1, outside: 1, switch: true },
  Texts: { short: 'a', exact: 'ab', word: 'a', both: 'a.b' },
  Many: { items: [1], inner: { deep: 1 } },
  Either: { whole: 1, word: 'a' },
};

// The server takes enums as numbers too, and of a choice what is as good as absent; the schema tells one way only.
const isOneWay = ({ size, sizes, texts, word, number }: JsonObject): boolean =>
  [size, sizes].flat().every((value) => typeof value !== 'number') &&
  (texts === undefined || [texts].flat().length > 0) &&
  word !== '' &&
  number !== 0;

describe('the schema takes exactly what the server takes', () => {
  test.each(Object.keys(good))('%s', (name) => {
    const judge = createJudge(named(name));
    expect(judge.serverAccepts(good[name]!)).toBe(true);
    const tally = { true: 0, false: 0 };
    const names = named(name).fields.map((field) => field.name);
    fc.assert(
      fc.property(nearly(good[name]!, names).filter(isOneWay), (json) => {
        const accepted = judge.serverAccepts(json);
        tally[`${accepted}`] += 1;
        expect([json, judge.schemaAccepts(json)]).toEqual([json, accepted]);
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(tally.true, tally.false)).toBeGreaterThan(100);
  });
});

const refTo = ({ name }: DescMessage) => `#/${name}`;

test('a message that is read says what may be left out, and takes no unknown fields', () => {
  expect(messageSchema(OrderItemSchema, { side: 'read', refTo })).toEqual({
    type: 'object',
    description: 'OrderItem is a number of pieces of one sku.',
    properties: {
      sku: {
        type: 'integer',
        format: 'int64',
        exclusiveMinimum: 0,
        maximum: 9007199254740991,
        description: expect.stringMatching(/^From 1 to 2\^53-1/),
      },
      count: {
        type: 'integer',
        format: 'uint32',
        exclusiveMinimum: 0,
        maximum: 4294967295,
        description: expect.stringMatching(/^Pieces/),
      },
    },
    required: ['sku', 'count'],
    additionalProperties: false,
  });
});

test('a message that has to name one of several fields is one of several types', () => {
  expect(messageSchema(named('Either'), { side: 'read', refTo })).toMatchObject({
    oneOf: [
      { title: 'EitherTexts', required: ['whole', 'texts'], additionalProperties: false },
      { title: 'EitherWord', required: ['whole', 'word'] },
      { title: 'EitherNumber', required: ['whole', 'number'] },
      { title: 'EitherKnown', required: ['whole', 'known'] },
    ],
  });
});

test('a message that is written has all fields, and may have more in newer versions', () => {
  const schema = messageSchema(OrderInfoResponseSchema, { side: 'written', refTo });
  expect(schema).toMatchObject({
    properties: { items: { type: 'array', items: { $ref: '#/OrderItem' } } },
    required: ['status', 'user_id', 'items'],
  });
  expect(schema).not.toHaveProperty('additionalProperties');
});
