import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/base/logger.ts';
import { createBucketStore } from './buckets.ts';
import { fence } from './fence.ts';
import { createMemberStore } from './members.ts';
import { openPublisherPool } from './pool.ts';
import { patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const source = 'loms';
// waited for to its end, and long enough for some statements on a busy machine
const shortLeaseMs = 6_000;
let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = openPublisherPool({
    url: database.urlFor('publisher'),
    id: 'test',
    connections: 16,
    logger,
    ...patience,
  });
  await createBucketStore(pool).ensure(source);
});
afterAll(() => pool.end());
beforeEach(() => pool.query('DELETE FROM publisher.members'));

const members = (leaseMs = 60_000) =>
  createMemberStore({ pool, id: 'test', sources: [source], leaseMs });
// `expires_at` has whole milliseconds, to which Postgres rounds
const expire = (epoch: bigint) =>
  pool.query(
    `UPDATE publisher.members SET expires_at = clock_timestamp() - interval '1 ms' WHERE epoch = $1`,
    [epoch],
  );

test('a member claims what is free, and no more than it asks for', async () => {
  const buckets = createBucketStore(pool);
  const [first, second] = [await members().join(), await members().join()];
  expect(await buckets.claim(source, first, 40)).toHaveLength(40);
  expect(await buckets.claim(source, second, 40)).toHaveLength(24);
  expect(await buckets.claim(source, first, 1)).toHaveLength(0);
  const survey = await buckets.survey(source, first);
  expect(survey).toMatchObject({ members: [first, second], freeCount: 0 });
  expect(survey.mine).toHaveLength(40);
});

test('two that claim at the same time never get the same bucket', async () => {
  const buckets = createBucketStore(pool);
  const epochs = await Promise.all(Array.from({ length: 8 }, () => members().join()));
  const claimed = await Promise.all(epochs.map((epoch) => buckets.claim(source, epoch, 20)));
  const all = claimed.flat();
  expect(new Set(all).size).toBe(all.length);
});

test('whose lease has run out can neither renew nor claim', async () => {
  const epoch = await members().join();
  await expire(epoch);
  expect(await members().renew(epoch)).toBe(false);
  expect(await createBucketStore(pool).claim(source, epoch, 64)).toEqual([]);
});

test('ending an expired member frees what it owned, and spares the living', async () => {
  const buckets = createBucketStore(pool);
  const [dead, alive] = [await members().join(), await members().join()];
  await buckets.claim(source, dead, 32);
  await buckets.claim(source, alive, 32);
  await expire(dead);
  expect(await members().endExpired()).toBe(1);
  const survey = await buckets.survey(source, alive);
  expect(survey).toMatchObject({ members: [alive], freeCount: 32 });
  expect(survey.mine).toHaveLength(32);
});

test('buckets are given back by their owner only', async () => {
  const buckets = createBucketStore(pool);
  const [owner, other] = [await members().join(), await members().join()];
  const mine = await buckets.claim(source, owner, 64);
  await buckets.giveBack(source, other, mine);
  expect((await buckets.survey(source, owner)).mine).toHaveLength(64);
  await buckets.giveBack(source, owner, mine.slice(0, 10));
  expect(await buckets.survey(source, owner)).toMatchObject({ freeCount: 10 });
});

test('a claim that is slow while its lease is taken over owns nothing afterwards', async () => {
  const epoch = await members(shortLeaseMs).join();
  const slow = await pool.connect();
  try {
    // a claim whose statement is through but not committed: as slow as one can be
    await slow.query('BEGIN');
    await slow.query(
      `WITH ${fence('$1')} UPDATE publisher.buckets SET owner = $1 WHERE EXISTS (SELECT FROM fence)`,
      [epoch],
    );
    await leaseRunsOut(epoch);
    // its statement is under way: not yet, and nobody waits for it
    expect(await members().endExpired()).toBe(0);
    await slow.query('COMMIT');
    expect(await members().endExpired()).toBe(1);
  } finally {
    slow.release();
  }
  const survey = await createBucketStore(pool).survey(source, epoch);
  expect(survey).toMatchObject({ mine: [], freeCount: 64 });
});

test('a renewal waits for no statement under way, and a take-over does, before and after the renewal', async () => {
  const epoch = await members(shortLeaseMs).join();
  const open = async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    const { rowCount } = await client.query(`WITH ${fence('$1')} SELECT FROM fence`, [epoch]);
    expect(rowCount).toBe(1);
    return async () => {
      await client.query('COMMIT');
      client.release();
    };
  };
  const closers = [await open()];
  try {
    // under a lock that it conflicts with it would wait until the first has ended, and so for ever
    expect(await members(shortLeaseMs).renew(epoch)).toBe(true);
    closers.push(await open());
    expect(await members(shortLeaseMs).renew(epoch)).toBe(true);
    await closers.shift()?.();
    await leaseRunsOut(epoch);
    expect(await members().endExpired()).toBe(0);
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
  expect(await members().endExpired()).toBe(1);
});

test('a claim that arrives after the take-over gets nothing', async () => {
  const epoch = await members().join();
  await expire(epoch);
  await members().endExpired();
  expect(await createBucketStore(pool).claim(source, epoch, 64)).toEqual([]);
  expect(await createBucketStore(pool).survey(source, epoch)).toMatchObject({ freeCount: 64 });
});

test('an expiry that no lease can have, from a clock set back, is ended too', async () => {
  const epoch = await members(60_000).join();
  await pool.query(
    "UPDATE publisher.members SET expires_at = expires_at + interval '1 h' WHERE epoch = $1",
    [epoch],
  );
  expect(await members(60_000).endExpired()).toBe(1);
});

const leaseRunsOut = async (epoch: bigint): Promise<void> => {
  await pool.query(
    `SELECT pg_sleep(greatest(0, extract(epoch FROM expires_at - clock_timestamp())))
       FROM publisher.members WHERE epoch = $1`,
    [epoch],
  );
};
