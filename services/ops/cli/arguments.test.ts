import { parseKey, parseSequence } from './arguments.ts';

test('sequences and keys that are right', () => {
  expect(parseSequence('4')).toBe(4n);
  expect(parseKey('42')).toBe('42');
});

test.each(['0', '04', 'x', '-3'])('%p is no sequence', (text) => {
  expect(() => parseSequence(text)).toThrow('from 1 on');
});

test.each(['', '  ', 'x'.repeat(201)])('%p is no order id', (text) => {
  expect(() => parseKey(text)).toThrow('1 to 200');
});
