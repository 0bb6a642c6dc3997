import { InvalidRequest } from '../validation/invalid-request.ts';
import { givenTwice, isJsonNumber, nestedTooDeeply, type JsonNode } from './json-node.ts';
import { parseJson } from './parse.ts';

const parse = (text: string): JsonNode => parseJson(Buffer.from(text));

/** As JSON.parse gives it, without marks. */
const plain = (node: JsonNode): unknown => {
  if (isJsonNumber(node)) return Number(node.text);
  if (Array.isArray(node)) return node.map(plain);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([name, one]) => [name, plain(one)]));
};

const attempt = (read: () => unknown): { value: unknown } | 'refused' => {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof InvalidRequest) return 'refused';
    throw error;
  }
};

test.each([
  '{}',
  ' [ ] ',
  '{"a":[1,-2,{"b":null}],"c":true,"d":false}',
  '[0,-0,1.5,-1e2,1E+2,123456789012345,1234567890123456,0.1e-7]',
  String.raw`["\u0061\n\"\\","\ud83d\ude00","\ud800","é😀"]`,
  '"text"',
  '{"__proto__":1,"constructor":2,"":3,"1":4}',
  ...['', '{', '[', '"', '{"a"', '{"a":', '{"a":1', '[1', '[1,', '[1,]', '{"a":1,}', '{,}'],
  ...['01', '-', '1.', '.5', '+1', '1e', '0x1', 'NaN', 'Infinity', '--1', '1-1', '-01'],
  ...['nul', 'True', "'a'", '{a:1}', '[1 2]', '{"a" 1}', '1 2', '{} {}', '[] x', '// a\n1'],
  ...['"\n"', '"\t"', '"\\x"', '"\\u12"', '"\\', '"\\"', '\u00a01', '\u2028[]', '/**/1'],
])('takes and refuses what JSON.parse does: %j', (text) => {
  // an empty body is an empty message
  if (text === '') expect(parse(text)).toEqual({});
  else
    expect(attempt(() => plain(parse(text)))).toEqual(attempt(() => JSON.parse(text) as unknown));
});

test('agrees with JSON.parse on texts with single faults at any place', () => {
  const text = String.raw`{"alpha": [1.5e3, "\u00e9", {"inner": -0}], "beta": null, "gamma": true}`;
  const inserted = '{}[],:"\\0-1.eE+ntx \n'.split('');
  for (let at = 0; at <= text.length; at++) {
    for (const piece of ['', ...inserted]) {
      const broken = text.slice(0, at) + piece + text.slice(at + 1);
      const native = attempt(() => JSON.parse(broken) as unknown);
      expect([broken, attempt(() => plain(parse(broken)))]).toEqual([broken, native]);
    }
  }
});

test('what an object has twice is marked, at any depth and however it is written', () => {
  expect(parse(String.raw`{"a":1,"b":{"c":2,"\u0063":3},"a":1}`)).toEqual({
    a: givenTwice,
    b: { c: givenTwice },
  });
  const many = Array.from({ length: 20 }, (_, n) => `"k${n}":${n}`).join(',');
  expect(parse(`{${many},"k3":0,"k19":0}`)).toMatchObject({ k3: givenTwice, k19: givenTwice });
  expect(Object.entries(parse('{"__proto__":1,"__proto__":2}') ?? {})).toEqual([
    ['__proto__', givenTwice],
  ]);
});

test('what is nested too deeply is marked where it is', () => {
  const deep = (levels: number) => `{"a":${'['.repeat(levels)}"]"${']'.repeat(levels)},"b":1}`;
  expect(parse(deep(100))).toMatchObject({ b: 1 });
  const marked = JSON.stringify(parse(deep(200_000)));
  expect(marked).toContain(JSON.stringify(nestedTooDeeply));
  expect(marked).toContain('"b":1');
});

test.each<[string, Buffer, RegExp]>([
  ['invalid UTF-8', Buffer.from('7b2261223a22ff227d', 'hex'), /is not valid JSON in UTF-8$/],
  ['half a UTF-8 character', Buffer.from('7b2261223a22c3227d', 'hex'), /UTF-8$/],
  ['UTF-16', Buffer.from('{}', 'utf16le'), /at character 2$/],
  ['a wrong character', Buffer.from('{"a":x}'), /UTF-8, at character 6$/],
  ['an early end', Buffer.from('{"a":'), /because it ends too early$/],
  ['two byte order marks', Buffer.from('\ufeff\ufeff{}'), /at character 1$/],
])('refuses %s and says where', (_name, bytes, message) => {
  expect(() => parseJson(bytes)).toThrow(InvalidRequest);
  expect(() => parseJson(bytes)).toThrow(message);
});

test('one byte order mark at the start is no part of the text', () => {
  expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 });
});
