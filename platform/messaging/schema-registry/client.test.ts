import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchemaRegistry, publicUrl } from './client.ts';

test.each([
  ['http://registry.example', 'http://registry.example'],
  ['http://registry.example:8080/apis/ccompat/v7/', 'http://registry.example:8080/apis/ccompat/v7'],
  ['https://user:secret@registry.example/a', 'https://registry.example/a'],
  ['https://user:se@cret@registry.example/a', 'https://registry.example/a'],
  ['https://secret@registry.example', 'https://registry.example'],
])('of %s others are shown %s', (url, told) => {
  expect(publicUrl(url)).toBe(told);
});

test.each([
  ['user:pass', 'user:pass'],
  ['user:p%40ss%2F', 'user:p@ss/'],
  ['user:p@ss', 'user:p@ss'],
  ['user:100%', 'user:100%'],
])('a registry gets the user and the password of %s@', async (written, meant) => {
  let told: string | undefined;
  const server = createServer((request, response) => {
    told = request.headers.authorization;
    response.end('[]');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://${written}@127.0.0.1:${port}`;
  expect(await createSchemaRegistry({ url, timeoutMs: 2_000 }).listSubjects()).toEqual([]);
  expect(told).toBe(`Basic ${Buffer.from(meant).toString('base64')}`);
  server.close();
  server.closeAllConnections();
});
