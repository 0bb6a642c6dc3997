import { decodeEventValue, framedValue } from './event-value.ts';

test('a zero byte, the id in big-endian order, the JSON', () => {
  const value = framedValue(0x80_00_01_02, '{"a":"é"}');
  expect(value.toString('hex')).toBe(`0080000102${Buffer.from('{"a":"é"}').toString('hex')}`);
});

test('both encodings are read', () => {
  expect(decodeEventValue(framedValue(2 ** 32 - 1, '{"a":"é"}')).toString()).toBe('{"a":"é"}');
  expect(decodeEventValue(Buffer.from('{"a":"é"}')).toString()).toBe('{"a":"é"}');
});

test('a value that is cut off, or empty, gives no JSON', () => {
  expect(decodeEventValue(Buffer.from([0, 0, 0])).toString()).toBe('');
  expect(decodeEventValue(Buffer.alloc(0)).toString()).toBe('');
});
