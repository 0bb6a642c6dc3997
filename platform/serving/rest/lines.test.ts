import { splitLines } from './lines.ts';

const chunksOf = async function* (...chunks: string[]) {
  for (const chunk of chunks) yield Promise.resolve(Buffer.from(chunk));
};
const linesOf = async (maxBytes: number, ...chunks: string[]) => {
  const lines: (string | undefined)[] = [];
  for await (const some of splitLines(chunksOf(...chunks), maxBytes))
    lines.push(...some.map((line) => line?.toString()));
  return lines;
};

test.each<[string, string[], (string | undefined)[]]>([
  ['nothing', [], []],
  ['one line without an end', ['abc'], ['abc']],
  ['an end makes no line of its own', ['abc\n'], ['abc']],
  ['empty lines are lines', ['a\n\nb\n'], ['a', '', 'b']],
  ['a line over several chunks', ['a', 'b', 'c\nd', '\n'], ['abc', 'd']],
  ['an end at the start of a chunk', ['abc', '\nd'], ['abc', 'd']],
  ['an end of two characters', ['a\r', '\n\r\nb\r'], ['a', '', 'b']],
  ['a line at its limit', ['12345\n12345'], ['12345', '12345']],
  ['a line beyond it, the next is read', ['123456\nb\n'], [undefined, 'b']],
  ['a line beyond it over several chunks', ['1234', '56', '7', '\nb'], [undefined, 'b']],
  ['the last line beyond it', ['a\n1234', '56'], ['a', undefined]],
])('%s', async (_, chunks, lines) => {
  expect(await linesOf(5, ...chunks)).toEqual(lines);
});

test('characters of several bytes may be cut anywhere', async () => {
  const bytes = Buffer.from('ёж\nрак');
  const one = async function* () {
    for (const byte of bytes) yield Promise.resolve(Buffer.of(byte));
  };
  const lines: string[] = [];
  for await (const some of splitLines(one(), 100)) lines.push(...some.map(String));
  expect(lines).toEqual(['ёж', 'рак']);
});
