import { printable } from './printable.ts';

test.each([
  ['grüße, 世界 😀', 'grüße, 世界 😀'],
  ['two\n  lines', 'two lines'],
  ['\u001b[2J', '\\u{1b}[2J'],
  ['a\u202eb\u0000', 'a\\u{202e}b\\u{0}'],
])('%j is printed as %j', (text, printed) => {
  expect(printable(text)).toBe(printed);
});
