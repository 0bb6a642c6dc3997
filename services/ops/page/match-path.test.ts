import { matchPath } from './match-path.ts';

test.each([
  ['/', '/', {}],
  ['/orders/:key', '/orders/42', { key: '42' }],
  ['/orders/:key', '/orders/a%2Fb%20c', { key: 'a/b c' }],
  ['/orders/:key', '/orders/', undefined],
  ['/orders/:key', '/orders/42/more', undefined],
  ['/orders/:key', '/orders/%', undefined],
  ['/stuck', '/dead-letters', undefined],
])('the pattern %s, asked for %s', (pattern, path, params) => {
  expect(matchPath(pattern, path)).toEqual(params);
});
