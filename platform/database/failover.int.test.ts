import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startProxy, type Proxy } from '../../testing/engines/proxy.ts';
import { createTestDatabase, type TestDatabase } from '../../testing/engines/database.ts';
import { startPostgresPair } from '../../testing/engines/postgres-pair.ts';
import { createLogger } from '../base/logger.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { databaseCheck } from './check.ts';
import { openPool, type Pool } from './pool.ts';
import { withTransaction } from './transaction.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const away = { kind: 'unavailable', reason: 'database-unavailable' };
let database: TestDatabase;
let admin: Client;
let proxy: Proxy;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query('CREATE TABLE kept (n int)');
  proxy = await startProxy(Number(new URL(database.adminUrl).port));
});
beforeEach(() => {
  proxy.set('pass');
  pool = openThrough(proxy);
});
afterEach(() => pool.end());
afterAll(async () => {
  await admin.end();
  await proxy.close();
});

const openThrough = ({ port }: Proxy, from = database.adminUrl) => {
  const url = new URL(from);
  url.port = String(port);
  const timeouts = { statementTimeoutMs: 5_000, connectTimeoutMs: 60_000 };
  return openPool({ applicationName: 'failover', logger, max: 4, ...timeouts, url: url.href });
};
const insert = (on = pool) =>
  withTransaction(on, async ({ client }) => {
    await client.query('INSERT INTO kept VALUES (1)');
  });
/** So many connections are in the pool and idle, each of which has done a transaction. */
const fill = async (count = 4) => {
  const clients = await Promise.all(Array.from({ length: count }, () => pool.connect()));
  for (const client of clients) client.release();
  expect(pool.idleCount).toBe(count);
};
const processes = async (): Promise<number[]> => {
  const { rows } = await admin.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = $1 AND application_name = 'failover'`,
    [database.name],
  );
  return rows.map(({ pid }) => pid);
};
const raise = (code: string) => `DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '${code}'; END $$`;

test('no connection of a read-only spell goes back into the pool, nor is one made', async () => {
  await fill();
  // as if the role of the server had changed under them
  await Promise.all(
    Array.from({ length: 4 }, () => pool.query('SET default_transaction_read_only = on')),
  );
  await admin.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
  await expect(insert()).rejects.toMatchObject(away);
  expect(pool.idleCount).toBe(0);
  await expect(insert()).rejects.toMatchObject(away);
  await expect(databaseCheck(pool)()).rejects.toThrow('the database is read-only');
  expect(pool.totalCount).toBe(0);
  await admin.query(`ALTER DATABASE ${database.name} RESET default_transaction_read_only`);
  await Promise.all(Array.from({ length: 8 }, () => insert()));
  await databaseCheck(pool)();
});

test('readiness alone finds out that the server has changed, and the pool with it', async () => {
  await fill();
  const client = await pool.connect();
  await client.query('SET default_transaction_read_only = on');
  client.release();
  await expect(databaseCheck(pool)()).rejects.toThrow('the database is read-only');
  expect(pool.totalCount).toBe(0);
  await databaseCheck(pool)();
});

test.each(['57P01', '57P02', '57P03', '08006', '25006', '26000', '42P05', '28000', '3D000'])(
  'after %s no connection made before it is used again',
  async (code) => {
    await fill();
    const before = await processes();
    const lent = await pool.connect();
    const failing = withTransaction(pool, ({ client }) => client.query(raise(code)));
    await expect(failing).rejects.toMatchObject(away);
    expect(pool.totalCount).toBe(1);
    lent.release();
    expect(pool.totalCount).toBe(0);
    await fill();
    await waitFor(async () => (await processes()).length === 4, { what: 'four new ones' });
    expect((await processes()).filter((pid) => before.includes(pid))).toEqual([]);
  },
);

test.each(['53100', '25P04', '58030', 'XX000'])(
  'after %s its own connection is gone',
  async (code) => {
    await fill();
    const failing = withTransaction(pool, ({ client }) => client.query(raise(code)));
    await expect(failing).rejects.toThrow();
    expect(pool.totalCount).toBe(3);
  },
);

test.each(['23505', '40001', '55P03', '22012', 'P0001'])(
  'after %s all of them stay',
  async (code) => {
    await fill();
    const failing = withTransaction(pool, ({ client }) => client.query(raise(code)));
    await expect(failing).rejects.toThrow();
    expect(pool.idleCount).toBe(4);
  },
);

test('an old connection that fails late does not end those that were made since', async () => {
  await fill(1);
  const late = await pool.connect();
  await expect(pool.query(raise('57P01'))).rejects.toMatchObject(away);
  await insert();
  expect(pool.idleCount).toBe(1);
  await expect(late.query(raise('57P01'))).rejects.toMatchObject(away);
  late.release();
  expect(pool.idleCount).toBe(1);
});

test('a changed result type fails once, and not on every connection', async () => {
  const name = 'all_of_changing';
  const read = () => pool.query({ name, text: 'SELECT * FROM changing' });
  await admin.query('CREATE TABLE changing (n int)');
  await Promise.all(Array.from({ length: 4 }, read));
  expect(pool.idleCount).toBe(4);
  await admin.query('ALTER TABLE changing ADD m int');
  await expect(read()).rejects.toMatchObject(away);
  await Promise.all(Array.from({ length: 8 }, read));
});

test('DISCARD ALL costs one call', async () => {
  const read = () => pool.query({ name: 'one', text: 'SELECT 1' });
  await read();
  await pool.query('DISCARD ALL');
  await expect(read()).rejects.toMatchObject(away);
  await read();
});

test('a way that swallows fails one call per connection in hand; the idle ones are not tried', async () => {
  await fill();
  proxy.set('drop');
  await expect(insert()).rejects.toMatchObject(away);
  expect(pool.totalCount).toBe(0);
  proxy.set('pass');
  await Promise.all(Array.from({ length: 8 }, () => insert()));
});

test('a COMMIT without an answer says that nobody knows, and is stored or not as a whole', async () => {
  await admin.query('TRUNCATE kept');
  const lost = withTransaction(pool, async ({ client }) => {
    await client.query('INSERT INTO kept VALUES (7)');
    proxy.set('half-open');
  });
  await expect(lost).rejects.toMatchObject({
    ...away,
    message: expect.stringContaining('it is not known whether it was stored') as string,
  });
  expect((await admin.query('SELECT n FROM kept')).rows).toEqual([{ n: 7 }]);
});

test('a standby is refused in words until it is promoted; then the pool goes on by itself', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inorder-failover-'));
  await chmod(folder, 0o755);
  const pair = await startPostgresPair(folder);
  const before = await startProxy(pair.primary.port);
  const own = openThrough(before, pair.primary.url);
  try {
    await own.query('CREATE TABLE kept (n int)');
    await Promise.all(Array.from({ length: 4 }, () => insert(own)));
    before.retarget(pair.standby.port);
    await waitFor(() => databaseCheck(own)().then(() => false, isStandby), {
      what: 'the standby to be told from a primary',
      timeoutMs: 60_000,
    });
    await expect(insert(own)).rejects.toMatchObject(away);
    await pair.primary.server.kill('SIGKILL');
    await pair.promote();
    await waitFor(() => insert(own).then(() => true), { what: 'a write', timeoutMs: 60_000 });
    await databaseCheck(own)();
    expect((await own.query('SELECT FROM kept')).rowCount).toBe(5);
  } finally {
    await own.end();
    await before.close();
    await pair.close();
    await rm(folder, { recursive: true, force: true });
  }
});

const isStandby = (error: Error) => error.message.includes('the server is a standby');
