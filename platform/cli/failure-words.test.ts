import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { toFailure } from './failure-words.ts';

/** What the CLI says when the server treats each of its connections so. */
const saidOf = async (treat: (socket: Socket) => void): Promise<string | undefined> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    treat(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://127.0.0.1:${port}`;
    const client = createClient(
      OpsService,
      createConnectTransport({ baseUrl, httpVersion: '1.1' }),
    );
    const error: unknown = await client.getInboxStatus({}).catch((thrown: unknown) => thrown);
    return toFailure(error, { name: 'ops', url: baseUrl, setting: 'INORDER_OPS' })?.message;
  } finally {
    server.close();
  }
};

test.each<[string, (socket: Socket) => void]>([
  ['at once', (socket) => socket.destroy()],
  ['by a reset', (socket) => socket.resetAndDestroy()],
  ['when the request has come', (socket) => socket.once('data', () => socket.destroy())],
])('a connection that ends %s is no other server', async (_, treat) => {
  expect(await saidOf(treat)).toMatch(/^ops is not reachable at http:/);
});

test('what answers in another way is another server', async () => {
  const said = await saidOf((socket) => socket.once('data', () => socket.end('hello\r\n\r\n')));
  expect(said).toMatch(/^What answers at http:.* is not ops: /);
});
