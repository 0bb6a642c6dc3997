import { readTrust, trustHeaders } from './connection.ts';

test('a token becomes a header; without one there is none', () => {
  expect(trustHeaders(readTrust({ INORDER_TOKEN: 'secret' }))).toEqual({
    authorization: 'Bearer secret',
  });
  expect(trustHeaders(readTrust({}))).toEqual({});
});

test('a file of authorities that cannot be read is a wrong use', () => {
  expect(() => readTrust({ INORDER_CA_FILE: '/none.pem' })).toThrow(
    /^INORDER_CA_FILE \/none\.pem cannot be read: ENOENT/,
  );
});
