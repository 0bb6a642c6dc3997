import { createTestDatabase } from '../../testing/engines/database.ts';
import { openTestPool } from '../../testing/test-pool.ts';
import type { Pool } from './pool.ts';
import { purge } from './purge.ts';

const signal = new AbortController().signal;
const schema = 'loms';
const keys = { schema, table: 'idempotency_keys', column: 'created_at', retentionMs: 86_400_000 };
let pools: Pool[];

beforeAll(async () => {
  const url = (await createTestDatabase()).urlFor(schema);
  pools = [openTestPool(url), openTestPool(url)];
});
afterAll(() => Promise.all(pools.map((pool) => pool.end())));

const insert = (pool: Pool, count: number, age: string) =>
  pool.query(
    `INSERT INTO loms.idempotency_keys (method, key, request_hash, answer, created_at)
     SELECT 'M', $2 || n, '', '{}', clock_timestamp() - $2::interval FROM generate_series(1, $1) n`,
    [count, age],
  );

test('rows that are old enough are purged, by several at once, and no younger one', async () => {
  const [pool] = pools as [Pool];
  await insert(pool, 7_500, '24 hours 1 second');
  await insert(pool, 10, '23 hours 59 minutes');
  const purged = await Promise.all(pools.map((each) => purge({ pool: each, ...keys }, signal)));
  // one that meets only rows in the other's hands ends its round early; the rest is the other's
  expect(purged.reduce((a, b) => a + b)).toBeGreaterThan(0);
  await purge({ pool, ...keys }, signal);
  const { rows } = await pool.query<{ age: string; n: number }>(
    `SELECT extract(day FROM statement_timestamp() - created_at)::int AS days, count(*)::int AS n
       FROM loms.idempotency_keys GROUP BY 1`,
  );
  expect(rows).toEqual([{ days: 0, n: 10 }]);
});

test('an abort ends a round between two batches', async () => {
  const [pool] = pools as [Pool];
  await insert(pool, 10, '2 days');
  expect(await purge({ pool, ...keys }, AbortSignal.abort())).toBe(0);
});
