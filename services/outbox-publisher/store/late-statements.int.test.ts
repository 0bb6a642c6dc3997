import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createBlockedKeyStore } from './blocked-keys.ts';
import { markSent } from './mark-sent.ts';
import { createMemberStore } from './members.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const source = 'loms';
const topic = 'loms.order-events';
let admin: Pool;
let writer: Pool;
let pool: Pool;
let ops: Pool;
let epoch: bigint;

beforeAll(async () => {
  const database = await createTestDatabase();
  const open = openTestPool;
  admin = open(database.adminUrl);
  [writer, pool, ops] = [
    ...[open(database.urlFor('loms')), open(database.urlFor('publisher'))],
    open(database.urlFor('ops')),
  ] as [Pool, Pool, Pool];
  epoch = await createMemberStore({ pool, id: 'test', sources: [source], leaseMs: 60_000 }).join();
});
afterAll(() => Promise.all([admin.end(), writer.end(), pool.end(), ops.end()]));

/** Two rows of a new key. */
const write = async (key: string): Promise<UnsentRow[]> => {
  const events = [1n, 2n].map((sequence) => ({
    id: newId(),
    topic,
    key,
    sequence,
    eventType: 'T',
    payload: '{}',
    headers: {},
    createdAt: new Date(),
  }));
  await withTransaction(writer, (tx) => appendToOutbox(tx, source, events));
  // what these statements need of a row
  const text = `SELECT ctid::text AS "tupleId", id::text, topic, key, bucket FROM loms.outbox
    WHERE key = $1 ORDER BY sequence`;
  return (await pool.query<UnsentRow>(text, [key])).rows;
};
const fail = ({ id }: UnsentRow) =>
  writer.query(
    `UPDATE loms.outbox SET status = 'FAILED', error = 'message-too-large' WHERE id = $1`,
    [id],
  );
const load = async (key: string): Promise<string[]> => {
  const text = `SELECT concat_ws(' ', sequence, status, error) AS row FROM loms.outbox
    WHERE key = $1 ORDER BY sequence`;
  return (await pool.query<{ row: string }>(text, [key])).rows.map(({ row }) => row);
};
const untilWaiting = (role: string) => untilWaitingForLock(admin, role);

test('a late mark does not complete a row that has FAILED since it was read', async () => {
  const [first] = await write('late');
  await fail(first!);
  expect(await markSent(pool, source)(epoch, [{ row: first!, partition: 0, offset: 1n }])).toBe(
    true,
  );
  expect(await load('late')).toEqual(['1 FAILED message-too-large', '2 CREATED']);
});

test('rows are put on hold while their keys are redriven: neither waits for the other', async () => {
  // the index by bucket, topic and key gives the later ids first
  const byBucket = ['order-1', 'order-2'].sort((a, b) => bucketOf(b) - bucketOf(a));
  expect(bucketOf(byBucket[0]!)).toBeGreaterThan(bucketOf(byBucket[1]!));
  const rows = [await write(byBucket[0]!), await write(byBucket[1]!)];
  for (const [first] of rows) await fail(first!);

  const holding = await writer.connect();
  await holding.query('BEGIN');
  await holding.query('SELECT FROM loms.outbox WHERE id = $1 FOR UPDATE', [rows[0]![0]!.id]);
  const redriving = ops.query('SELECT * FROM loms.redrive_outbox($1, $2, $3)', [
    ...[[topic, topic], byBucket, []],
  ]);
  await untilWaiting('ops');
  const second = rows.map((each) => each[1]!);
  const marking = createBlockedKeyStore(pool, source, []).markWaiting(epoch, second);
  await untilWaiting('publisher');
  await holding.query('COMMIT');
  holding.release();
  const [redriven] = await Promise.allSettled([redriving, marking]);
  expect(redriven).toMatchObject({ status: 'fulfilled', value: { rowCount: 2 } });
  await marking;
  for (const key of byBucket) expect(await load(key)).toEqual(['1 CREATED', '2 CREATED']);
});
