import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { FileFailure } from './file-failure.ts';
import { sendFile } from './send-file.ts';

const openServer = async (treat: RequestListener) => {
  const server = createServer(treat).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url, close };
};

const send = (url: string, body: PassThrough) =>
  sendFile({
    url,
    trust: { token: undefined, ca: undefined },
    source: { name: 'orders.jsonl', read: () => body },
    sent: () => undefined,
  });

const readFailure = new Error('EIO: i/o error, read');
const told = new FileFailure('orders.jsonl', 'read', readFailure);

test('a file that cannot be read is no server that cannot be reached', async () => {
  const { url, close } = await openServer(() => undefined);
  const body = new PassThrough();
  const answer = send(url, body);
  body.destroy(readFailure);
  await expect(answer).rejects.toThrow(told);
  await expect(answer).rejects.toBeInstanceOf(FileFailure);
  close();
});

test('a file that cannot be read any more ends the answer with that', async () => {
  const { url, close } = await openServer((_, response) => void response.write('first\n'));
  const body = new PassThrough();
  body.write('{}\n');
  const { lines } = await send(url, body);
  expect((await lines.next()).value).toBe('first');
  body.destroy(readFailure);
  await expect(lines.next()).rejects.toThrow(told);
  close();
});

test('a connection that breaks is not told as a file that cannot be read, and closes the file', async () => {
  const { url, close } = await openServer((request) => request.socket.destroy());
  const body = new PassThrough();
  body.write('{}\n');
  const answer = send(url, body);
  await expect(answer).rejects.toMatchObject({ code: 'ECONNRESET' });
  if (!body.closed) await once(body, 'close');
  close();
});

test('the end of the answer closes a file of which more could come', async () => {
  const { url, close } = await openServer((_, response) => void response.write('first\n'));
  const body = new PassThrough();
  body.write('{}\n');
  const answer = await send(url, body);
  answer.close();
  if (!body.closed) await once(body, 'close');
  await expect(answer.lines.next()).rejects.toMatchObject({ code: 'ECONNRESET' });
  close();
});
