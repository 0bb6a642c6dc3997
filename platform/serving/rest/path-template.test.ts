import { compilePathTemplate } from './path-template.ts';

type Values = Record<string, string> | undefined;

test.each<[template: string, path: string, values: Values]>([
  ['/order/create', '/order/create', {}],
  ['/order/create', '/order/create/', undefined],
  ['/order/create', '/order/createx', undefined],
  ['/a.b', '/axb', undefined],
  ['/v1/{id}', '/v1/7', { id: '7' }],
  ['/v1/{id}', '/v1/', undefined],
  ['/v1/{id}', '/v1/7/8', undefined],
  ['/v1/{id}', '/v1/a%2Fb%20c', { id: 'a/b c' }],
  ['/v1/{book.id}/pages/{page}', '/v1/7/pages/8', { 'book.id': '7', page: '8' }],
  ['/v1/{id}:cancel', '/v1/7:cancel', { id: '7' }],
  ['/v1/{id}:cancel', '/v1/7', undefined],
])('%s and %s', (text, path, values) => {
  const template = compilePathTemplate(text);
  const captures = template.match(path);
  expect(captures && template.decode(captures)).toEqual(values);
});

test('a bad escape names its field', () => {
  const template = compilePathTemplate('/v1/{book.id}');
  expect(() => template.decode(template.match('/v1/%zz') ?? [])).toThrow('book.id: is not well');
});

test.each([
  'order',
  '/v1/{id',
  '/v1/}',
  '/v1/{}',
  '/v1/{a={b}}',
  '/v1/*',
  '/v1/**',
  '/v1/{name=shelves/*}',
])('%s is refused', (text) => {
  expect(() => compilePathTemplate(text)).toThrow('is not a path template');
});
