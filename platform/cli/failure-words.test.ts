import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { OpsService } from '#gen/ops/v1/ops_pb.ts';
import { createTestAuthority } from '../../testing/certificates.ts';
import { toFailure, unansweredFailure } from './failure-words.ts';

/** What the CLI says when the server treats each of its connections so. */
const saidOf = (treat: (socket: Socket) => void): Promise<string | undefined> =>
  saidAt(
    'http',
    createServer((socket) => {
      socket.on('error', () => undefined);
      treat(socket);
    }),
  );

const saidAt = async (scheme: string, server: Server): Promise<string | undefined> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const baseUrl = `${scheme}://127.0.0.1:${port}`;
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

test('of a certificate that is not trusted it says which setting helps', async () => {
  const authority = await createTestAuthority();
  try {
    const files = await authority.issue('ops');
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    const said = await saidAt('https', createTlsServer({ cert, key }));
    expect(said).toMatch(
      /^The certificate of ops at https:.* is not trusted \(.*certificate.*\)\. Set INORDER_CA_FILE to /,
    );
  } finally {
    await authority.close();
  }
});

test('a request without an answer is told as a call is', () => {
  const peer = { name: 'pvz', url: 'https://pvz.example', setting: 'INORDER_PVZ' };
  const failed = (code: string) =>
    unansweredFailure(peer, Object.assign(new Error(code), { code })).message;
  expect(failed('DEPTH_ZERO_SELF_SIGNED_CERT')).toContain('Set INORDER_CA_FILE');
  expect(failed('ECONNREFUSED')).toMatch(/^pvz is not reachable at https:.* \(ECONNREFUSED\)\./);
});
