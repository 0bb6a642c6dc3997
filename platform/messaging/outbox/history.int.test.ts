import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '../../database/pool.ts';
import { createLogger } from '../../base/logger.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import { vacuumDays } from './history.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const schema = 'loms';
const rowsOfADay = 2_000;
const never = new AbortController().signal;

let database: TestDatabase;
let owner: Pool;

beforeEach(async () => {
  database = await createTestDatabase();
  owner = openTestPool(database.urlFor('loms'));
});
afterEach(() => owner.end());

const vacuum = () => vacuumDays({ url: database.urlFor('loms'), schema, logger }, never);
/** Creates the partition of the day that many days ago, with rows that are sent. */
const makeDay = async (daysAgo: number): Promise<string> => {
  const { rows } = await owner.query<{ day: string; high: string }>(
    `SELECT day::text, high_id::text AS high
       FROM (SELECT (now() AT TIME ZONE 'UTC')::date - $1::integer AS day) d, loms.outbox_partitions()
      WHERE name = 'outbox_low'`,
    [daysAgo],
  );
  const { day, high } = rows[0]!;
  const name = `outbox_${day.replaceAll('-', '')}`;
  await owner.query('ALTER TABLE loms.outbox DETACH PARTITION loms.outbox_low');
  await owner.query(`DO $$ BEGIN
    EXECUTE format('ALTER TABLE loms.outbox ATTACH PARTITION loms.outbox_low FOR VALUES FROM (MINVALUE) TO (%L)',
      loms.lowest_id_of('${day}'));
    PERFORM loms.make_outbox_partition('${name}', loms.lowest_id_of('${day}'), '${high}');
  END $$`);
  await owner.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT overlay(loms.lowest_id_of('${day}')::text PLACING lpad(n::text, 6, '0') FROM 31)::uuid,
            't', (n % 50)::text, n / 50, 'T', '{}', '{}', 1, '${day}' FROM generate_series(0, ${rowsOfADay - 1}) n`,
  );
  await owner.query(
    `UPDATE loms.outbox SET status = 'COMPLETED', sent_at = now() WHERE sent_at IS NULL`,
  );
  return name;
};
const indexesOf = async (partition: string): Promise<string[]> => {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT indexrelid::regclass::text AS name FROM pg_index
      WHERE indrelid = to_regclass($1) AND indisvalid`,
    [`loms.${partition}`],
  );
  return rows.map(({ name }) => name.replace('loms.', ''));
};
const sizeOf = async (relation: string): Promise<bigint> => {
  const { rows } = await owner.query<{ size: bigint }>(
    'SELECT pg_relation_size($1::regclass) AS size',
    [`loms.${relation}`],
  );
  return rows[0]!.size;
};

test('a day that is over and sent gets an index by key, once; yesterday gets none', async () => {
  const yesterday = (await makeYesterdayRow()).partition;
  const day = await makeDay(2);
  expect(await vacuum()).toEqual([day]);
  expect(await indexesOf(day)).toContain(`${day}_history`);
  expect(await indexesOf(yesterday)).not.toContain(`${yesterday}_history`);
  expect(await vacuum()).toEqual([]);
  const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN SELECT FROM loms.${day} WHERE key = '7' AND topic = 't'`,
  );
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(`${day}_history`);
});
const makeYesterdayRow = async (): Promise<{ partition: string }> => {
  const { rows } = await owner.query<{ partition: string }>(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at, status, sent_at)
     VALUES (loms.lowest_id_of((now() AT TIME ZONE 'UTC')::date - 1), 't', 'k', 1, 'T', '{}', '{}', 1, now(), 'COMPLETED', now())
     RETURNING tableoid::regclass::text AS partition`,
  );
  return { partition: rows[0]!.partition.replace('loms.', '') };
};

test('the day is vacuumed, once', async () => {
  const day = await makeDay(2);
  await vacuum();
  await vacuum();
  // Only the number of vacuums is checked: how many rows were frozen depends on the other sessions of that time.
  const { rows } = await owner.query<{ count: bigint }>(
    `SELECT vacuum_count AS count FROM pg_stat_user_tables WHERE relname = $1`,
    [day],
  );
  expect(rows[0]!.count).toBe(1n);
});

test.each([
  ['to be sent', 'sent_at = NULL'],
  ['waiting', 'sent_at = NULL, is_waiting = true'],
  ['FAILED', `sent_at = NULL, status = 'FAILED', error = 'message-too-large'`],
])('a day with a row that is %s waits', async (_, columns) => {
  const day = await makeDay(2);
  await owner.query(`UPDATE loms.${day} SET ${columns} WHERE key = '7' AND sequence = 1`);
  expect(await vacuum()).toEqual([]);
});

test('an index that was cut short is made anew', async () => {
  const day = await makeDay(2);
  const index = `${day}_history`;
  await owner
    .query(`CREATE UNIQUE INDEX CONCURRENTLY ${index} ON loms.${day} (topic)`)
    .catch(() => undefined);
  expect(await sizeOf(index)).toBeGreaterThanOrEqual(0n);
  expect(await indexesOf(day)).not.toContain(index);
  expect(await vacuum()).toEqual([day]);
  expect(await indexesOf(day)).toContain(index);
});

const untilBuildWaits = () => untilWaitingForLock(owner, 'loms');

test('while a day is vacuumed its rows can be written: the publisher marks over all partitions', async () => {
  const day = await makeDay(2);
  // An open transaction with a row of the day makes the index build wait, so that its lock can be tested meanwhile.
  const open = await owner.connect();
  await open.query('BEGIN');
  await open.query(`UPDATE loms.${day} SET attempts = 1 WHERE key = '7' AND sequence = 1`);
  const vacuuming = vacuum();
  await untilBuildWaits();
  await owner.query(`UPDATE loms.outbox SET attempts = 2 WHERE key = '8' AND sequence = 1`);
  await open.query('COMMIT');
  open.release();
  expect(await vacuuming).toEqual([day]);
});

test('a day that cannot be vacuumed holds up no other', async () => {
  const newer = await makeDay(2);
  const older = await makeDay(3);
  await owner.query(`CREATE TABLE loms.${older}_history ()`);
  expect(await vacuum()).toEqual([newer]);
  await owner.query(`DROP TABLE loms.${older}_history`);
  expect(await vacuum()).toEqual([older]);
});

test('two at once: one does it, and an abort cuts it short', async () => {
  const day = await makeDay(2);
  const aborted = new AbortController();
  const open = await owner.connect();
  await open.query('BEGIN');
  await open.query(`UPDATE loms.${day} SET attempts = 1 WHERE key = '7' AND sequence = 1`);
  const first = vacuumDays({ url: database.urlFor('loms'), schema, logger }, aborted.signal);
  await untilBuildWaits();
  expect(await vacuum()).toEqual([]);
  aborted.abort();
  await expect(first).rejects.toThrow('Connection terminated');
  await open.query('COMMIT');
  open.release();
});
