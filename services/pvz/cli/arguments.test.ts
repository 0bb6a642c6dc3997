import { parseId, parseIds, parsePrice, parseWeight } from './arguments.ts';

test('ids up to 2^53-1, weights and prices that are right', () => {
  expect(parseId('9007199254740991')).toBe(9007199254740991n);
  expect(parseIds('2', [1n])).toEqual([1n, 2n]);
  expect(parseWeight('2.5')).toBe(2.5);
  expect(parsePrice('99.90')).toBe(99.9);
  expect(parsePrice('1000000000')).toBe(1_000_000_000);
});

test.each(['0', '-1', '01', '1.5', 'x', '', '9007199254740992'])('%p is no id', (text) => {
  expect(() => parseId(text)).toThrow('from 1 to 9007199254740991');
});

test.each(['0', '-2', '2,5', '1e3', '', 'heavy'])('%p is no weight', (text) => {
  expect(() => parseWeight(text)).toThrow('kilograms');
});

test.each(['0', '0.00', '1.999', '1000000000.01', '99,90', ''])('%p is no price', (text) => {
  expect(() => parsePrice(text)).toThrow('rubles');
});
