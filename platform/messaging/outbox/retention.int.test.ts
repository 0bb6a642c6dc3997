import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { PoolClient } from 'pg';
import type { Pool } from '../../database/pool.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { appendToOutbox } from './insert.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const schema = 'loms';
const retentionDays = 14;
const dayMs = 86_400_000;
const today = Math.floor(Date.now() / dayMs) * dayMs;

let owner: Pool;
let publisher: Pool;
let lastOrder = 0;

// Each test begins with a database in which no partition was dropped for 20 days.
beforeEach(async () => {
  const database = await createTestDatabase();
  owner = openTestPool(database.urlFor('loms'));
  publisher = openTestPool(database.urlFor('publisher'));
  await setBack(20);
});
afterEach(() => Promise.all([owner.end(), publisher.end()]));

const dayBefore = (days: number): Date => new Date(today - days * dayMs);
const nameOf = (day: Date): string =>
  `outbox_${day.toISOString().slice(0, 10).replaceAll('-', '')}`;
const idOf = (day: Date): string => {
  const hex = (day.getTime() + 3_600_000).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${crypto.randomUUID().slice(24)}`;
};

const setBack = async (days: number, makeDays = true): Promise<void> => {
  const lowest = (day: Date) => `loms.lowest_id_of('${day.toISOString().slice(0, 10)}')`;
  await owner.query('ALTER TABLE loms.outbox DETACH PARTITION loms.outbox_low');
  const { rows } = await owner.query<{ id: string }>(`SELECT ${lowest(dayBefore(days))} AS id`);
  await owner.query(
    `ALTER TABLE loms.outbox ATTACH PARTITION loms.outbox_low FOR VALUES FROM (MINVALUE) TO ('${rows[0]!.id}')`,
  );
  for (let before = days; makeDays && before > 1; before -= 1) {
    const [from, to] = [dayBefore(before), dayBefore(before - 1)];
    await owner.query(
      `SELECT loms.make_outbox_partition('${nameOf(from)}', ${lowest(from)}, ${lowest(to)})`,
    );
  }
};

const append = async (day: Date, client: Pick<PoolClient, 'query'> = owner): Promise<string> => {
  const id = idOf(day);
  const row = { topic: 'loms.order-events', sequence: 1n, eventType: 'T', payload: '{}' };
  const event = { ...row, id, key: `order-${(lastOrder += 1)}`, headers: {}, createdAt: day };
  await appendToOutbox({ client }, schema, [event]);
  return id;
};
const set = (id: string, columns: string) =>
  owner.query(`UPDATE loms.outbox SET ${columns} WHERE id = $1`, [id]);
const appendSent = async (day: Date): Promise<string> => {
  const id = await append(day);
  await set(id, `status = 'COMPLETED', sent_at = created_at, partition = 0, "offset" = 1`);
  return id;
};
const partitions = async (): Promise<string[]> => {
  const { rows } = await owner.query<{ name: string }>(
    'SELECT name FROM loms.outbox_partitions() ORDER BY low_id NULLS FIRST',
  );
  return rows.map(({ name }) => name);
};
const partitionOf = async (id: string): Promise<string | undefined> => {
  const { rows } = await owner.query<{ name: string }>(
    'SELECT tableoid::regclass::text AS name FROM loms.outbox WHERE id = $1',
    [id],
  );
  return rows[0]?.name.replace('loms.', '');
};
const listOld = async (days = retentionDays) =>
  (
    await publisher.query<{ name: string; is_oldest: boolean; has_unsent: boolean }>(
      'SELECT name, is_oldest, has_unsent FROM loms.old_outbox_partitions($1)',
      [days],
    )
  ).rows;
const drop = async (name: string, on: Pick<Pool, 'query'> = publisher) => {
  const { rows } = await on.query<{ outcome: string; moved: bigint }>(
    'SELECT outcome, moved FROM loms.drop_outbox_partition($1, $2)',
    [name, retentionDays],
  );
  return rows[0]!;
};
const countIn = async (table: string): Promise<bigint> =>
  (await owner.query<{ count: bigint }>(`SELECT count(*) FROM loms.${table}`)).rows[0]!.count;

/** Lets drops wait for locks as long as a test needs on a busy machine. */
const letDropsWait = () =>
  owner.query("ALTER FUNCTION loms.drop_outbox_partition(text, integer) SET lock_timeout = '60s'");

/** Resolves when a session waits for a lock in this database; other tests' databases are on the same server. */
const waitForWaiter = () =>
  waitFor(
    async () => {
      const { rowCount } = await owner.query(
        `SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
          WHERE NOT granted AND datname = current_database()`,
      );
      return rowCount === 0 ? undefined : true;
    },
    { what: 'a session that waits for a lock', intervalMs: 5 },
  );

test('a day older than the retention is dropped with its sent rows', async () => {
  const id = await appendSent(dayBefore(20));
  const young = await appendSent(dayBefore(14));
  const [oldest] = await listOld();
  expect(oldest).toEqual({ name: nameOf(dayBefore(20)), is_oldest: true, has_unsent: false });
  expect(await drop(oldest!.name)).toEqual({ outcome: 'dropped', moved: 0n });
  expect(await partitionOf(id)).toBeUndefined();
  expect(await partitions()).not.toContain(oldest!.name);
  // A day is past the retention when its last millisecond is, so the day 14 days ago is not.
  expect(await drop(nameOf(dayBefore(14)))).toMatchObject({ outcome: 'gone' });
  expect(await partitionOf(young)).toBe(nameOf(dayBefore(14)));
});

test('a FAILED row is kept in outbox_failed as it was', async () => {
  const id = await append(dayBefore(20));
  await set(id, `status = 'FAILED', error = 'message-too-large', attempts = 5`);
  const read = async (table: string) =>
    (await owner.query<Record<string, unknown>>(`SELECT * FROM loms.${table}`)).rows[0]!;
  const before = await read('outbox');
  expect(await drop(nameOf(dayBefore(20)))).toEqual({ outcome: 'dropped', moved: 1n });
  const after = await read('outbox_failed');
  expect(after).toMatchObject(before);
  expect(after).toMatchObject({ discarded_at: null, discarded_by: null, discard_reason: null });
  expect(after['moved_at']).toBeInstanceOf(Date);
});

test.each([
  ['to be sent', ''],
  ['being sent', `status = 'PROCESSING'`],
  ['waiting', 'is_waiting = true'],
  ['FAILED, but to be read', `status = 'FAILED'`],
])('a day with a row that is %s is never dropped', async (_, columns) => {
  const id = await append(dayBefore(20));
  if (columns !== '') await set(id, columns);
  expect((await listOld())[0]).toMatchObject({ has_unsent: true });
  expect(await drop(nameOf(dayBefore(20)))).toEqual({ outcome: 'kept-unsent', moved: 0n });
  expect(await partitionOf(id)).toBe(nameOf(dayBefore(20)));
});

test('a row that is committed between the first look and the lock is seen by the second look', async () => {
  const late = await owner.connect();
  await late.query('BEGIN');
  const id = await append(dayBefore(20), late);
  expect((await listOld())[0]).toMatchObject({ has_unsent: false });
  await letDropsWait();
  const dropping = drop(nameOf(dayBefore(20)));
  await waitForWaiter();
  await late.query('COMMIT');
  late.release();
  // Busy: a COMMIT releases its locks one after the other, and the oldest day takes its second lock without waiting.
  const { outcome } = await dropping;
  expect(['kept-unsent', 'busy']).toContain(outcome);
  expect(await drop(nameOf(dayBefore(20)))).toEqual({ outcome: 'kept-unsent', moved: 0n });
  expect(await partitionOf(id)).toBe(nameOf(dayBefore(20)));
});

test('a drop in a snapshot of before is refused', async () => {
  const client = await publisher.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await expect(drop(nameOf(dayBefore(20)), client)).rejects.toThrow(
    'needs isolation level read committed',
  );
  await client.query('ROLLBACK');
  client.release();
});

test('a long reader makes it busy, and writers wait no longer than the lock is tried for', async () => {
  const reader = await owner.connect();
  await reader.query('BEGIN');
  await reader.query('SELECT FROM loms.outbox LIMIT 1');
  const dropping = drop(nameOf(dayBefore(20)));
  await waitForWaiter();
  const from = performance.now();
  await append(new Date());
  expect(performance.now() - from).toBeLessThan(6_000);
  expect(await dropping).toEqual({ outcome: 'busy', moved: 0n });
  expect(await partitions()).toContain(nameOf(dayBefore(20)));
  await reader.query('COMMIT');
  reader.release();
  expect(await drop(nameOf(dayBefore(20)))).toMatchObject({ outcome: 'dropped' });
});

test('two at once: one drops it, the other finds it gone', async () => {
  await letDropsWait();
  await appendSent(dayBefore(20));
  const outcomes = await Promise.all([1, 2].map(() => drop(nameOf(dayBefore(20)))));
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['dropped', 'gone']);
});

test('an id of a day that was dropped has a place, and its rows are found by the same indexes', async () => {
  for (let old = await listOld(); old[0]; old = await listOld()) await drop(old[0].name);
  const before = await countIndexes();
  for (const days of [20, 16, 1_000]) {
    expect(await partitionOf(await append(dayBefore(days)))).toBe('outbox_low');
  }
  expect(await partitionOf(await append(dayBefore(14)))).toBe(nameOf(dayBefore(14)));
  expect(before).toBe(4);
  const same = idOf(dayBefore(20));
  const insert = `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
    VALUES ($1, 't', 'k', 1, 'T', '{}', '{}', 1, now())`;
  await owner.query(insert, [same]);
  await expect(owner.query(insert, [same])).rejects.toMatchObject({ code: '23505' });
});
const countIndexes = async (): Promise<number> =>
  (
    await owner.query(
      `SELECT FROM pg_indexes WHERE schemaname = 'loms' AND tablename = 'outbox_low'`,
    )
  ).rowCount ?? 0;

test('behind a day that is kept a day is emptied, and dropped when it is the oldest', async () => {
  const unsent = await append(dayBefore(20));
  await appendSent(dayBefore(18));
  expect(await listOld()).toEqual([
    { name: nameOf(dayBefore(20)), is_oldest: true, has_unsent: true },
    { name: nameOf(dayBefore(18)), is_oldest: false, has_unsent: false },
  ]);
  expect(await drop(nameOf(dayBefore(18)))).toMatchObject({ outcome: 'emptied' });
  expect(await countIn(nameOf(dayBefore(18)))).toBe(0n);
  expect(await listOld()).toHaveLength(1);
  await set(unsent, `status = 'COMPLETED', sent_at = created_at`);
  for (let gone = 0; gone < 3; gone += 1) await drop((await listOld())[0]!.name);
  expect(await partitionOf(await append(dayBefore(18)))).toBe('outbox_low');
  expect(await partitions()).toContain(nameOf(dayBefore(17)));
});

test('days that nobody made, because the database was off, have a partition together', async () => {
  await setBack(60, false);
  await owner.query(`SELECT loms.make_outbox_partitions(3)`);
  expect(await partitionOf(await append(dayBefore(45)))).toBe(nameOf(dayBefore(60)));
  expect(await partitionOf(await append(dayBefore(1)))).toBe(nameOf(dayBefore(1)));
});

test('sent rows leave the outer partitions when they are old, by creation and by sending', async () => {
  const old = await appendSent(dayBefore(30));
  const sentLately = await append(dayBefore(30));
  await set(sentLately, `status = 'COMPLETED', sent_at = now()`);
  const unsent = await append(dayBefore(30));
  const random = 'ffffffff-ffff-4fff-8fff-ffffffffffff';
  await owner.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, status, created_at, sent_at)
     VALUES ($1, 't', 'k', 1, 'T', '{}', '{}', 1, 'COMPLETED', $2, $2)`,
    [random, dayBefore(30)],
  );
  const clean = async (rows: number) =>
    (
      await publisher.query<{ count: number }>(
        'SELECT loms.delete_old_outer_rows($1, $2) AS count',
        [retentionDays, rows],
      )
    ).rows[0]!.count;
  expect(await clean(100)).toBe(2);
  expect(await clean(100)).toBe(0);
  expect(await Promise.all([old, random, sentLately, unsent].map(partitionOf))).toEqual([
    undefined,
    undefined,
    'outbox_low',
    'outbox_low',
  ]);
});

test('less than a day is refused, and so is whoever has no right', async () => {
  await expect(listOld(0)).rejects.toThrow('at least 1 day, not 0');
  await expect(publisher.query('DROP TABLE loms.outbox_high')).rejects.toMatchObject({
    code: '42501',
  });
  await expect(
    publisher.query(`SELECT loms.make_outbox_partition('outbox_x', NULL, NULL)`),
  ).rejects.toMatchObject({ code: '42501' });
});
