import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';
import type { UnwritablePartition } from '../domain/unwritable-partitions.ts';
import { createMemberStore } from './members.ts';
import { openPublisherPool } from './pool.ts';
import { keepUnwritable } from './unwritable.ts';
import { patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const source = 'loms';
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  const url = database.urlFor('publisher');
  pool = openPublisherPool({ url, id: 'test', connections: 4, logger, ...patience });
});
afterAll(() => pool.end());
beforeEach(() => pool.query('DELETE FROM publisher.members'));

const members = () => createMemberStore({ pool, id: 'test', sources: [source], leaseMs: 60_000 });
const partition = (number: number, error = 'no answer'): UnwritablePartition => ({
  topic: 't',
  partition: number,
  broker: 'b:9092',
  error,
  attempts: 2,
  sinceMs: 1_000,
  triedMs: 61_000,
});
const keep = (epoch: bigint, ...partitions: UnwritablePartition[]) =>
  keepUnwritable(pool, source)(epoch, partitions, 61_000);
const kept = async () => {
  const { rows } = await pool.query<Record<string, unknown>>(
    `SELECT epoch, partition, error, attempts, extract(epoch FROM clock_timestamp() - since)::float8 AS seconds
       FROM publisher.unwritable_partitions ORDER BY epoch, partition`,
  );
  return rows;
};

test('what cannot be written is kept until it is, since when by the clock of the database', async () => {
  const epoch = await members().join();
  await keep(epoch, partition(0, 'no \0 answer'), partition(1));
  const [first, second] = await kept();
  expect(first).toMatchObject({ epoch, partition: 0, error: 'no \ufffd answer', attempts: 2 });
  expect(first!['seconds']).toBeGreaterThan(59.99); // kept in whole milliseconds
  expect(second).toMatchObject({ partition: 1 });
  await keep(epoch, partition(1, 'no right'));
  expect(await kept()).toMatchObject([{ partition: 1, error: 'no right' }]);
  await keep(epoch);
  expect(await kept()).toEqual([]);
});

test('each publisher keeps its own', async () => {
  const [one, two] = [await members().join(), await members().join()];
  await keep(one, partition(0));
  await keep(two, partition(0), partition(1));
  await keep(one);
  expect(await kept()).toMatchObject([
    { epoch: two, partition: 0 },
    { epoch: two, partition: 1 },
  ]);
});

test('what a publisher left ends with its epoch, and it can leave nothing more', async () => {
  const epoch = await members().join();
  await keep(epoch, partition(0));
  await pool.query(`UPDATE publisher.members SET expires_at = clock_timestamp() - interval '1 ms'`);
  await keep(epoch, partition(0), partition(1));
  expect(await kept()).toHaveLength(1);
  expect(await members().endExpired()).toBe(1);
  expect(await kept()).toEqual([]);
  await keep(epoch, partition(0));
  expect(await kept()).toEqual([]);
});
