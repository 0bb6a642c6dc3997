import { expect, test } from '@jest/globals';
import { indented } from './indented.ts';

test('JSON gets indents', () => {
  expect(indented('{"order_id":7,"items":[1,2]}')).toBe(
    '{\n  "order_id": 7,\n  "items": [\n    1,\n    2\n  ]\n}',
  );
});

test.each([
  ['an integer that a number of JavaScript cannot hold', '{"id":9007199254740993}'],
  ['a number that would be written otherwise', '{"price":1.50}'],
  ['a name that comes twice', '{"a":1,"a":2}'],
  ['the beginning of a text', '{"a":1,"b'],
])('%s stays as it is', (_, json) => {
  expect(indented(json)).toBe(json);
});
