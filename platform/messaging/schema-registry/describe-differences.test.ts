import type { JsonObject } from '@bufbuild/protobuf';
import { describeDifferences } from './describe-differences.ts';

const schema = (properties: JsonObject, required: string[] = []): JsonObject => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});
const count = { type: 'integer', minimum: 1 };
const differences = (before: JsonObject, after: JsonObject) =>
  describeDifferences(before, after).map(({ says, isBreaking }) => [says, isBreaking]);

test('the same schema has no differences', () => {
  expect(differences(schema({ count }, ['count']), schema({ count }, ['count']))).toEqual([]);
});

test('what is new, and what accepts more, is listed and breaks nothing', () => {
  const item = { type: 'array', items: schema({ count }) };
  const wider = {
    type: 'array',
    items: schema({ count: { type: 'integer' }, note: { type: 'string' } }),
  };
  expect(
    differences(schema({ item }, ['item']), schema({ item: wider, id: { type: 'string' } })),
  ).toEqual([
    ['new field item[].note: string, optional', false],
    ['new field id: string, optional', false],
    ['field item: was array, required, is array, optional', false],
    ['field item[].count: was integer, minimum 1, optional, is integer, optional', false],
  ]);
});

test('what breaks comes first, and once', () => {
  const before = schema({ count, user: { type: 'integer' } });
  const after = schema({ count: { type: 'string' }, by: { type: 'string' } }, ['by']);
  expect(differences(before, after)).toEqual([
    ['field user: is gone', true],
    ['new required field by', true],
    ['field count: type integer → string', true],
  ]);
});

test('a message that contains itself is entered once', () => {
  const node = (extra: JsonObject): JsonObject => ({
    $ref: '#/$defs/Node',
    $defs: { Node: schema({ next: { $ref: '#/$defs/Node' }, ...extra }) },
  });
  expect(differences(node({}), node({ name: { type: 'string' } }))).toEqual([
    ['new field name: string, optional', false],
  ]);
});
