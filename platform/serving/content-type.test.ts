import { isUtf8, parseContentType } from './content-type.ts';

test.each([
  ['application/json', {}],
  ['Application/JSON', {}],
  [' application/json ; ', {}],
  ['application/json;charset=UTF-8', { charset: 'UTF-8' }],
  ['application/json ;\tCharset="utf-8" ;; a=b', { charset: 'utf-8', a: 'b' }],
  ['application/json; a="b;\\"c=d\\\\"; charset=utf8', { a: 'b;"c=d\\', charset: 'utf8' }],
])('%j', (header, parameters) => {
  const found = parseContentType(header)!;
  expect({ ...found, parameters: Object.fromEntries(found.parameters) }).toEqual({
    type: 'application/json',
    parameters,
  });
  expect(isUtf8(found)).toBe(true);
});

test.each([
  ...['', 'json', 'a/b/c', 'application/json, text/plain', 'application/json; charset'],
  ...['application/json; charset=', 'application/json; charset="utf-8', 'a/b; c = d', 'a b/c'],
])('%j is malformed', (header) => {
  expect(parseContentType(header)).toBeUndefined();
});

test.each(['latin1', 'utf-16', '"iso-8859-1"', '""'])('the charset %s is not read', (charset) => {
  expect(isUtf8(parseContentType(`text/plain; charset=${charset}`)!)).toBe(false);
});
