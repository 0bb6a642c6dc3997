import { pageTokenAfter, readPageToken } from './page-token.ts';

const id = '0198b5a0-0000-7000-8000-00000000abcd';

test('a token leads back to its id; no token is the beginning', () => {
  expect(readPageToken(pageTokenAfter(id))).toBe(id);
  expect(readPageToken('')).toBeUndefined();
});

test.each([
  'nonsense',
  id,
  `${pageTokenAfter(id)}=`,
  pageTokenAfter(id.toUpperCase()),
  pageTokenAfter(`${id}'`),
])('%s is refused, naming the field', (token) => {
  expect(() => readPageToken(token)).toThrow(
    expect.objectContaining({ kind: 'invalid', reason: 'invalid-page-token', field: 'page_token' }),
  );
});
