import type { JsonObject } from '@bufbuild/protobuf';
import { OrderStatusChangedSchema } from '#gen/loms/v1/events_pb.ts';
import { eventSchema } from './event-schema.ts';
import { findBreaks } from './find-breaks.ts';

const integer = { type: 'integer', minimum: -10, maximum: 10 };
const text = { type: 'string' };
const object = (properties: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** Compares two schemas of a value, each as that of the field `a` of an object. */
const breaksOf = (before: JsonObject, after: JsonObject) =>
  findBreaks(object({ a: before }), object({ a: after }));

test('an event is compatible with itself', () => {
  const schema = eventSchema(OrderStatusChangedSchema);
  expect(findBreaks(schema, schema)).toEqual([]);
});

test('a field may be added', () => {
  expect(findBreaks(object({ a: text }), object({ a: text, b: text }))).toEqual([]);
});

test('a field that is gone, or has another name, is reported', () => {
  expect(findBreaks(object({ a: text, n: integer }), object({ n: integer }))).toEqual([
    'field a: is gone',
  ]);
  expect(findBreaks(object({ a: text }), object({ b: { ...text, description: '' } }))).toEqual([
    'field a: is gone (renamed to b?)',
  ]);
});

test('what must be there now is reported', () => {
  expect(findBreaks(object({ a: text }), object({ a: text, b: text }, ['a', 'b']))).toEqual([
    'field a: was optional, is required',
    'new required field b',
  ]);
  expect(findBreaks(object({ a: text }, ['a']), object({ a: text }))).toEqual([]);
});

const lists = (items: JsonObject): JsonObject => ({ type: 'array', items });

test.each<[what: string, before: JsonObject, after: JsonObject, told: string]>([
  ['another type', integer, text, 'type integer → string'],
  ['a type where there was none', {}, text, 'type any → string'],
  ['a number for an integer', { type: 'number' }, { type: 'integer' }, 'type number → integer'],
  ['a word less', { ...text, enum: ['x', 'y'] }, { ...text, enum: ['y'] }, 'no longer takes "x"'],
  ['only some words', text, { ...text, enum: ['x', 'y'] }, 'takes only "x", "y" now'],
  ['one word', { ...text, enum: ['x', 'y'] }, { ...text, const: 'y' }, 'no longer takes "x"'],
  ['a barred word', text, { ...text, not: { enum: ['x'] } }, 'no longer takes "x"'],
  ['a higher minimum', integer, { ...integer, minimum: -5 }, 'minimum -10 → -5'],
  ['a lower maximum', integer, { ...integer, maximum: 5 }, 'maximum 10 → 5'],
  [
    'above zero',
    { type: 'integer', minimum: 0 },
    { type: 'integer', exclusiveMinimum: 0 },
    'minimum 0 → 1',
  ],
  ['a longer text', text, { ...text, minLength: 1 }, 'minLength 0 → 1'],
  ['a shorter text', text, { ...text, maxLength: 9 }, 'maxLength none → 9'],
  ['a format', text, { ...text, format: 'uuid' }, 'format none → uuid'],
  ['a pattern', { ...text, pattern: '^a' }, { ...text, pattern: '^b' }, 'pattern ^a → ^b'],
  ['more items', lists(text), { ...lists(text), minItems: 1 }, 'minItems 0 → 1'],
  ['a closed object', { type: 'object' }, object({}), 'takes no unknown fields any more'],
])('%s is reported', (_, before, after, told) => {
  expect(breaksOf(before, after)).toEqual([`field a: ${told}`]);
});

test.each<[what: string, before: JsonObject, after: JsonObject]>([
  ['a number for an integer', { type: 'integer' }, { type: 'number' }],
  ['any type', text, {}],
  ['a word more', { ...text, enum: ['x'] }, { ...text, enum: ['x', 'y'] }],
  ['any text', { ...text, enum: ['x'] }, text],
  ['wider bounds', integer, { ...integer, minimum: -11, maximum: 11 }],
  [
    'the same bound in other words',
    { type: 'integer', exclusiveMinimum: 0 },
    { type: 'integer', minimum: 1 },
  ],
  ['no format', { ...text, format: 'uuid' }, text],
  ['another description', { ...text, description: 'a' }, { ...text, description: 'b' }],
  ['int64 for int32, wider', { ...integer, format: 'int32' }, { ...integer, format: 'int64' }],
])('%s breaks nothing', (_, before, after) => {
  expect(breaksOf(before, after)).toEqual([]);
});

test('what lies deeper has its path', () => {
  const nest = (schema: JsonObject) => lists(object({ n: schema }));
  expect(breaksOf(nest(integer), nest(text))).toEqual(['field a[].n: type integer → string']);
  const map = (schema: JsonObject) => ({ type: 'object', additionalProperties: schema });
  expect(breaksOf(map(integer), map(text))).toEqual(['field a{}: type integer → string']);
});

test('references are followed, also in circles', () => {
  const tree = (value: JsonObject): JsonObject => ({
    ...object({ root: { $ref: '#/$defs/Node' } }),
    $defs: { Node: object({ value, more: lists({ $ref: '#/$defs/Node' }) }) },
  });
  expect(findBreaks(tree(integer), tree(integer))).toEqual([]);
  expect(findBreaks(tree(integer), tree(text))).toEqual([
    'field root.value: type integer → string',
  ]);
});
