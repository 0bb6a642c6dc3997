import { createTestDatabase } from '../../testing/engines/database.ts';
import { createLogger } from '#platform/base/logger.ts';
import { sql } from 'drizzle-orm';
import { openPool, type Pool } from './pool.ts';
import { withTransaction } from './transaction.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
let pool: Pool;
let url: string;

beforeAll(async () => {
  url = (await createTestDatabase()).adminUrl;
  pool = openPool({ url, applicationName: 'test', logger, max: 2, connectTimeoutMs: 30_000 });
  await pool.query('CREATE TABLE notes (text text PRIMARY KEY)');
});
afterAll(() => pool.end());

const insert = (text: string) => sql`INSERT INTO notes VALUES (${text})`;
const list = async () => {
  const { rows } = await pool.query<{ text: string }>('SELECT text FROM notes ORDER BY text');
  return rows.map(({ text }) => text);
};

test('commits what was done and gives back what was answered', async () => {
  const answer = await withTransaction(pool, async (tx) => {
    await tx.execute(insert('kept'));
    return 7;
  });
  expect(answer).toBe(7);
  expect(await list()).toEqual(['kept']);
});

test('a failure rolls back and rises as it was', async () => {
  const failure = new Error('no');
  const work = withTransaction(pool, async (tx) => {
    await tx.execute(insert('gone'));
    throw failure;
  });
  await expect(work).rejects.toBe(failure);
  expect(await list()).toEqual(['kept']);
});

test('a swallowed error of a statement does not pass for success', async () => {
  const work = withTransaction(pool, async (tx) => {
    await tx.execute(insert('lost'));
    await tx.execute(insert('kept')).catch(() => undefined);
  });
  await expect(work).rejects.toThrow('COMMIT was answered with ROLLBACK');
  expect(await list()).toEqual(['kept']);
});

test('a connection that is cut in the middle is an error of the call, not of the process', async () => {
  const work = withTransaction(pool, async (tx) => {
    const { rows } = await tx.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    await pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
    await tx.execute(insert('never'));
  });
  await expect(work).rejects.toMatchObject({ kind: 'unavailable' });
  expect(await list()).toEqual(['kept']);
});

test('failures leak no connection: the pool serves as many as before', async () => {
  const fail = () => withTransaction(pool, () => Promise.reject(new Error('no')));
  await Promise.allSettled(Array.from({ length: 20 }, fail));
  expect(await Promise.all([list(), list(), list()])).toHaveLength(3);
});
