import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createBlockedKeyStore } from './blocked-keys.ts';
import { markSent } from './mark-sent.ts';
import { stopAutovacuum } from '../../../testing/outbox/fixture.ts';
import { openTestPool, patience } from '../../../testing/test-pool.ts';
import { createMemberStore } from './members.ts';
import { createProcessingStore, type ProcessingStore } from './processing.ts';
import { createRefusalStore } from './refusals.ts';
import { readUnsent } from './unsent.ts';
import { openPublisherPool } from './pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const source = 'loms';
let admin: Pool;
let writer: Pool;
let pool: Pool;
let epoch: bigint;
let processing: ProcessingStore;
let lastOrder = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = openTestPool(database.adminUrl);
  writer = openTestPool(database.urlFor('loms'));
  await stopAutovacuum(writer);
  pool = openPublisherPool({
    url: database.urlFor('publisher'),
    id: 'test',
    connections: 16,
    logger,
    ...patience,
  });
  processing = createProcessingStore(pool, source);
});
afterAll(() => Promise.all([admin.end(), writer.end(), pool.end()]));
beforeEach(async () => {
  epoch = await createMemberStore({ pool, id: 'test', sources: [source], leaseMs: 60_000 }).join();
});

const topic = 'pick-up';
const headers = { traceparent: 't' };

/** Rows of a new key, as they are read for publishing. */
const write = async (count: number, topicName = topic): Promise<UnsentRow[]> => {
  const key = `order-${(lastOrder += 1)}`;
  const events = Array.from({ length: count }, (_, i) => ({
    id: newId(),
    topic: topicName,
    key,
    sequence: BigInt(i + 1),
    eventType: 'T',
    payload: '{}',
    headers,
    createdAt: new Date(),
  }));
  await withTransaction(writer, (tx) => appendToOutbox(tx, source, events));
  return read(key);
};
const read = async (key: string): Promise<UnsentRow[]> => {
  const cursors = new Map([[bucketOf(key), '0']]);
  const { rows } = await readUnsent(
    pool,
    source,
  )({ cursors, rowsPerBucket: 1_000, bound: undefined });
  return rows.filter((row) => row.key === key);
};
const load = async ({ id }: { id: string }) => {
  const { rows } = await pool.query<Record<string, unknown>>(
    'SELECT status, error, attempts, headers, sent_at FROM loms.outbox WHERE id = $1',
    [id],
  );
  return rows[0];
};
const touch = ({ id }: UnsentRow) =>
  writer.query('UPDATE loms.outbox SET attempts = attempts WHERE id = $1', [id]);
const marked = async (rows: readonly UnsentRow[]): Promise<UnsentRow[]> => {
  const answer = await processing.markProcessing(epoch, rows);
  if (answer === 'fenced') throw new Error('fenced');
  return answer;
};
const endEpoch = () => pool.query('DELETE FROM publisher.members WHERE epoch = $1', [epoch]);

test('rows are PROCESSING before they are sent, and found by their new tuple ids to be COMPLETED', async () => {
  const claimed = await marked(await write(2));
  expect(await Promise.all(claimed.map(load))).toMatchObject([
    { status: 'PROCESSING', attempts: 0, error: null },
    { status: 'PROCESSING', attempts: 0, error: null },
  ]);
  expect(claimed).toEqual(await read(claimed[0]!.key));
  const sent = claimed.map((row, i) => ({ row, partition: 0, offset: BigInt(i) }));
  expect(await markSent(pool, source)(epoch, sent)).toBe(true);
  expect(await load(claimed[1]!)).toMatchObject({ status: 'COMPLETED', sent_at: expect.any(Date) });
});

test('rows left PROCESSING by one that died are read and taken up again', async () => {
  const [claimed] = await marked(await write(1));
  const again = await read(claimed!.key);
  expect(again).toHaveLength(1);
  expect(await marked(again)).toHaveLength(1);
});

test('a row that was moved since it was read is not taken up', async () => {
  const rows = await write(2);
  await touch(rows[0]!);
  expect((await marked(rows)).map(({ id }) => id)).toEqual([rows[1]!.id]);
  expect(await load(rows[0]!)).toMatchObject({ status: 'CREATED' });
});

test('each failed send takes an attempt; the third fails the row and leaves the cause in its headers', async () => {
  const [, second] = await write(2);
  const fail = async (cause: string) => {
    const rows = (await read(second!.key)).slice(0, 1);
    return processing.countFailedSends(epoch, await marked(rows), cause);
  };
  expect(await fail('connection: gone')).toMatchObject([{ attempts: 1, hasFailed: false }]);
  const [first] = await read(second!.key);
  // the time of the attempt is kept in whole milliseconds
  expect(first!.sinceAttemptMs).toBeGreaterThan(-1);
  expect(first!.sinceAttemptMs).toBeLessThan(60_000);
  expect(await load(first!)).toMatchObject({
    status: 'CREATED',
    attempts: 1,
    error: null,
    headers,
  });
  expect(await fail('connection: gone')).toMatchObject([{ attempts: 2, hasFailed: false }]);
  expect(await fail('deadline: no\0answer')).toMatchObject([{ attempts: 3, hasFailed: true }]);
  expect(await load(first!)).toMatchObject({
    status: 'FAILED',
    attempts: 3,
    error: 'NO_ATTEMPTS_LEFT',
    sent_at: null,
    headers: { ...headers, last_error: 'deadline: noanswer' },
  });
  expect((await read(second!.key)).map(({ id }) => id)).toEqual([second!.id]);
});

test('many rows of a request are counted in one statement, but for those that were moved', async () => {
  const rows = await marked(await write(3));
  await touch(rows[1]!);
  const counted = await processing.countFailedSends(epoch, rows, 'connection');
  expect(counted).toHaveLength(2);
  expect(await Promise.all(rows.map(load))).toMatchObject([
    { attempts: 1 },
    { attempts: 0, status: 'PROCESSING' },
    { attempts: 1 },
  ]);
});

test('whose epoch has ended marks nothing PROCESSING and takes no attempt', async () => {
  const rows = await write(1);
  await endEpoch();
  expect(await processing.markProcessing(epoch, rows)).toBe('fenced');
  expect(await processing.countFailedSends(epoch, rows, 'connection')).toBe('fenced');
  expect(await load(rows[0]!)).toMatchObject({ status: 'CREATED', attempts: 0 });
});

test('a FAILED row of a topic without blocking blocks nobody, and nothing is put on hold behind it', async () => {
  const [first, second] = await write(2, 'skipping');
  const refusal = { row: first!, reason: 'message-too-large', maxAttempts: 1 };
  await createRefusalStore(pool, source).recordAttempt(epoch, refusal);
  const { key, bucket } = first!;
  const open = createBlockedKeyStore(pool, source, ['skipping']);
  expect(await open.listBlocked([bucket])).not.toContainEqual({ topic: 'skipping', key });
  await open.markWaiting(epoch, [second!]);
  expect(await read(key)).toHaveLength(1);
  const blocking = createBlockedKeyStore(pool, source, ['other']);
  expect(await blocking.listBlocked([bucket])).toContainEqual({ topic: 'skipping', key });
  await blocking.markWaiting(epoch, [second!]);
  expect(await read(key)).toEqual([]);
});

test('a FAILED row kept from a dropped day blocks its key until it is discarded', async () => {
  const [first, second] = await write(2, 'kept');
  const { key, bucket } = first!;
  const columns =
    'id, topic, key, sequence, event_type, payload, headers, bucket, status, created_at, seq';
  await admin.query(
    `WITH gone AS (DELETE FROM loms.outbox WHERE id = $1 RETURNING *)
     INSERT INTO loms.outbox_failed (${columns}, error, moved_at) SELECT ${columns}, 'message-too-large', now() FROM gone`,
    [first!.id],
  );
  const store = createBlockedKeyStore(pool, source, []);
  expect(await store.listBlocked([bucket])).toContainEqual({ topic: 'kept', key });
  await store.markWaiting(epoch, [second!]);
  expect(await read(key)).toEqual([]);
  await admin.query('UPDATE loms.outbox SET is_waiting = false WHERE id = $1', [second!.id]);
  await admin.query('UPDATE loms.outbox_failed SET discarded_at = now()');
  expect(await store.listBlocked([bucket])).not.toContainEqual({ topic: 'kept', key });
  await store.markWaiting(epoch, await read(key));
  expect(await read(key)).toHaveLength(1);
});

test('to list blocked keys, and to put rows on hold, no waiting row is looked at', async () => {
  await admin.query('TRUNCATE loms.outbox');
  await admin.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, status, error, is_waiting, created_at)
     SELECT uuidv7(), 'busy', 'key-' || n, s, 'T', '{}', '{}', n % 64,
              (CASE WHEN s = 1 THEN 'FAILED' ELSE 'CREATED' END)::loms.outbox_status,
              CASE WHEN s = 1 THEN 'message-too-large' END, s > 1,
              clock_timestamp()
         FROM generate_series(1, 50) n, generate_series(1, 400) s`,
  );
  await admin.query('ANALYZE loms.outbox');
  const store = createBlockedKeyStore(pool, source, ['skipping']);
  const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
  const blocks = async () => {
    await pool.query('SELECT pg_stat_force_next_flush()');
    const { rows } = await pool.query<{ blocks: number }>(
      `SELECT sum(idx_blks_hit + idx_blks_read + heap_blks_hit + heap_blks_read)::int AS blocks
         FROM pg_statio_user_tables WHERE schemaname = 'loms' AND relname LIKE 'outbox%'`,
    );
    return rows[0]!.blocks;
  };
  const rows = await write(10, 'busy');
  // often enough for the plan that Postgres keeps
  for (let i = 0; i < 7; i += 1) {
    const before = await blocks();
    expect(await store.listBlocked(buckets)).toHaveLength(50);
    await store.markWaiting(epoch, rows);
    expect((await blocks()) - before).toBeLessThan(300);
  }
});
