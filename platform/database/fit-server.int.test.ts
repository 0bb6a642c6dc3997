import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { migrateDatabase } from '../../deploy/migrate-database.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { createLogger } from '../base/logger.ts';
import { requireFitServer } from './check.ts';
import { openPool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

const message = (type: string, body: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const int = (value: number, bytes: 2 | 4): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeIntBE(value, 0, bytes);
  return buffer;
};
const text = (value: string) => Buffer.from(`${value}\0`);
const ready = message('Z', Buffer.from('I'));

/** One row, as text, of any server that is asked what it is. */
const answerRow = (row: Readonly<Record<string, [oid: number, value: string]>>): Buffer => {
  const columns = Object.entries(row);
  const fields = columns.map(([name, [oid]]) =>
    Buffer.concat([
      text(name),
      int(0, 4),
      int(0, 2),
      int(oid, 4),
      int(-1, 2),
      int(-1, 4),
      int(0, 2),
    ]),
  );
  const values = columns.map(([, [, value]]) =>
    Buffer.concat([int(value.length, 4), Buffer.from(value)]),
  );
  return Buffer.concat([
    message('T', Buffer.concat([int(columns.length, 2), ...fields])),
    message('D', Buffer.concat([int(columns.length, 2), ...values])),
    message('C', text('SELECT 1')),
    ready,
  ]);
};

/** A server that lets everybody in and says of itself that it is of this version. */
const startOld = async (version: string, versionNumber: number): Promise<string> => {
  const row = answerRow({
    version: [25, version],
    version_number: [23, String(versionNumber)],
    process_id: [23, '7'],
    is_standby: [16, 'f'],
    is_read_only: [16, 'f'],
    replication_role: [25, 'origin'],
    is_commit_lost: [16, 'f'],
  });
  const server = createServer((socket: Socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      const key = message('K', Buffer.concat([int(7, 4), int(7, 4)]));
      socket.write(Buffer.concat([message('R', int(0, 4)), key, ready]));
      socket.on('data', (data) => data.toString('latin1').startsWith('Q') && socket.write(row));
    });
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const check = async (url: string): Promise<void> => {
  const pool = openPool({ url, applicationName: 'test', logger });
  try {
    await requireFitServer(pool, logger);
  } finally {
    await pool.end();
  }
};

test.each([
  ['15.18 (Debian 15.18-0+deb12u1)', 150_018],
  ['16.3', 160_003],
  ['9.6.24', 90_624],
])('a server of version %s is refused in words, by services and migrations', async (version, n) => {
  const server = await startOld(version, n);
  const url = `postgres://loms:s3cret@${server}/inorder`;
  const words = `PostgreSQL 17 or newer is needed; the server at ${server} says ${version}`;
  await expect(check(url)).rejects.toThrow(words);
  await expect(migrateDatabase(url, [], () => undefined)).rejects.toThrow(words);
});

test('a database that is unavailable, or ours, is no reason to refuse', async () => {
  await check('postgres://loms:s3cret@127.0.0.1:1/inorder');
  await check('postgres://loms:s3cret@[::1]:1/inorder');
  await check((await createTestDatabase()).urlFor('loms'));
});
