import { framedValue } from '#platform/messaging/event-value.ts';
import { editedValue } from './edited-value.ts';

test('an edited value keeps the id of its schema', () => {
  expect(editedValue('{"a":2}', framedValue(7, '{"a":1}'))).toEqual(framedValue(7, '{"a":2}'));
  expect(editedValue('{"a":2}', Buffer.from('{"a":1}'))).toEqual(Buffer.from('{"a":2}'));
  expect(editedValue('{"a":2}', undefined)).toEqual(Buffer.from('{"a":2}'));
});

test.each([
  ['{"a":', 'value-not-json'],
  ['{"a":1}', 'value-unchanged'],
])('%s is refused', (json, reason) => {
  expect(() => editedValue(json, Buffer.from('{"a":1}'))).toThrow(
    expect.objectContaining({ kind: 'invalid', reason }),
  );
});
