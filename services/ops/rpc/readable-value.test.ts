import { framedValue } from '#platform/messaging/event-value.ts';
import { readableValue } from './readable-value.ts';

const shown = (value: string | Buffer, total?: number) => {
  const bytes = Buffer.from(value);
  return readableValue(bytes, total ?? bytes.length);
};

test('JSON is JSON, with or without a schema id before it', () => {
  const json = '{"order_id":"42","note":"grüße"}';
  expect(shown(json)).toEqual({ value: json, valueForm: 'json' });
  expect(shown(framedValue(7, json))).toEqual({ value: json, valueForm: 'json' });
});

test('what is no JSON is text where people can read it', () => {
  expect(shown('{"order_id":\n')).toEqual({ value: '{"order_id":\n', valueForm: 'text' });
  expect(shown('')).toEqual({ value: '', valueForm: 'text' });
});

test.each([
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x41]), 'fffe41'],
  ['what would move the cursor', '\u001b[2J', '1b5b324a'],
  ['what would turn the direction', 'a\u202eb', '61e280ae62'],
  ['zeros that frame no JSON', Buffer.from([0, 0, 0, 0, 7, 0x41]), '000000000741'],
])('%s are hexadecimal digits', (_, value, digits) => {
  expect(shown(value)).toEqual({ value: digits, valueForm: 'hex' });
});

test('of a long one the beginning is shown, even when a character was cut in two', () => {
  const bytes = Buffer.from('{"note":"ü').subarray(0, -1);
  expect(shown(bytes, 9_000)).toEqual({ value: '{"note":"', valueForm: 'json' });
  expect(shown(Buffer.alloc(4_000, 0xff), 9_000).value).toHaveLength(512);
});

test('no value is none', () => {
  expect(readableValue(undefined, 0)).toEqual({ value: '', valueForm: 'none' });
});
