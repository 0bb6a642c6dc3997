import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import type { UnsentRow } from '../domain/row.ts';
import { createBlockedKeyStore } from './blocked-keys.ts';
import { readBound } from './bound.ts';
import { createMemberStore } from './members.ts';
import { markSent } from './mark-sent.ts';
import { createRefusalStore } from './refusals.ts';
import { readShort, readUnsent } from './unsent.ts';
import { openPublisherPool } from './pool.ts';
import { stopAutovacuum } from '../../../testing/outbox/fixture.ts';
import { openTestPool, patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const source = 'loms';
let writer: Pool;
let pool: Pool;
let epoch: bigint;
let lastOrder = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  writer = openTestPool(database.urlFor('loms'));
  await stopAutovacuum(writer);
  pool = openPublisherPool({
    url: database.urlFor('publisher'),
    id: 'test',
    connections: 16,
    logger,
    ...patience,
  });
});
afterAll(() => Promise.all([writer.end(), pool.end()]));
beforeEach(async () => {
  epoch = await createMemberStore({ pool, id: 'test', sources: [source], leaseMs: 60_000 }).join();
});

const newKey = () => `order-${(lastOrder += 1)}`;
const event = (key: string, sequence: number): OutboxEvent => ({
  id: newId(),
  topic: 'loms.order-events',
  key,
  sequence: BigInt(sequence),
  eventType: 'T',
  payload: `{"sequence":${sequence}}`,
  headers: {},
  createdAt: new Date(),
});
const append = (...events: OutboxEvent[]) =>
  withTransaction(writer, (tx) => appendToOutbox(tx, source, events));
const read = (key: string, after = '0', limit = 100): Promise<UnsentRow[]> =>
  readUnsent(
    pool,
    source,
  )({
    cursors: new Map([[bucketOf(key), after]]),
    rowsPerBucket: limit,
    bound: undefined,
  }).then(({ rows }) => rows.filter((row) => row.key === key));
const sequences = (rows: readonly UnsentRow[]) => rows.map(({ sequence }) => Number(sequence));
const sent = (rows: readonly UnsentRow[]) =>
  rows.map((row, i) => ({ row, partition: 1, offset: BigInt(100 + i) }));
const load = async (id: string) => {
  const { rows } = await pool.query<Record<string, unknown>>(
    'SELECT status, error, attempts, partition, "offset", sent_at FROM loms.outbox WHERE id = $1',
    [id],
  );
  return rows[0];
};

test('rows come in reading order, payload and headers untouched, behind the cursor', async () => {
  const key = newKey();
  await append({ ...event(key, 1), headers: { traceparent: 't' } }, event(key, 2), event(key, 3));
  const rows = await read(key);
  expect(sequences(rows)).toEqual([1, 2, 3]);
  expect(rows[0]).toMatchObject({ payload: '{"sequence": 1}', headers: { traceparent: 't' } });
  expect(sequences(await read(key, rows[0]!.seq))).toEqual([2, 3]);
  expect(sequences(await read(key, '0', 2)).length).toBeLessThanOrEqual(2);
});

test('events given in the wrong order are stored by sequence', async () => {
  const key = newKey();
  await append(event(key, 2), event(key, 1));
  expect(sequences(await read(key))).toEqual([1, 2]);
});

test("the order is that of the commits, whatever a writer's clock said", async () => {
  const key = newKey();
  await append({ ...event(key, 1), createdAt: new Date(Date.now() + 60_000) });
  await append({ ...event(key, 2), createdAt: new Date(Date.now() - 60_000) });
  expect(sequences(await read(key))).toEqual([1, 2]);
});

test('a row that commits late, below the cursor, is found from the floor', async () => {
  const [late, early] = [newKey(), newKey()];
  const held = await writer.connect();
  await held.query('BEGIN');
  await appendToOutbox({ client: held }, source, [event(late, 1)]);
  await append(event(early, 1));
  const [passed] = await read(early);
  await held.query('COMMIT');
  held.release();
  const [found] = await read(late);
  expect(BigInt(found!.seq)).toBeLessThan(BigInt(passed!.seq));
});

test('marked rows hold their position in Kafka and are not read again', async () => {
  const key = newKey();
  await append(event(key, 1), event(key, 2));
  const rows = await read(key);
  expect(await markSent(pool, source)(epoch, sent(rows))).toBe(true);
  expect(await read(key)).toEqual([]);
  expect(await load(rows[1]!.id)).toMatchObject({
    status: 'COMPLETED',
    partition: 1,
    offset: 101n,
  });
});

test('a row that was moved since it was read is marked all the same', async () => {
  const key = newKey();
  await append(event(key, 1));
  const rows = await read(key);
  await writer.query('UPDATE loms.outbox SET attempts = attempts WHERE id = $1', [rows[0]!.id]);
  expect((await read(key))[0]!.tupleId).not.toBe(rows[0]!.tupleId);
  expect(await markSent(pool, source)(epoch, sent(rows))).toBe(true);
  expect(await load(rows[0]!.id)).toMatchObject({ status: 'COMPLETED' });
});

test('whose epoch has ended marks nothing and counts no attempt', async () => {
  const key = newKey();
  await append(event(key, 1));
  const rows = await read(key);
  await pool.query('DELETE FROM publisher.members WHERE epoch = $1', [epoch]);
  expect(await markSent(pool, source)(epoch, sent(rows))).toBe(false);
  const refusals = createRefusalStore(pool, source);
  const blocked = createBlockedKeyStore(pool, source, []);
  const refusal = { row: rows[0]!, reason: 'message-too-large', maxAttempts: 1 };
  expect(await refusals.recordAttempt(epoch, refusal)).toBe('fenced');
  await blocked.markWaiting(epoch, rows);
  expect(await load(rows[0]!.id)).toMatchObject({ status: 'CREATED', attempts: 0, error: null });
});

test('a row marked as sent stays as it was marked first', async () => {
  const key = newKey();
  await append(event(key, 1));
  const rows = await read(key);
  await markSent(pool, source)(epoch, sent(rows));
  const first = await load(rows[0]!.id);
  const again = rows.map((row) => ({ row, partition: 0, offset: 9n }));
  expect(await markSent(pool, source)(epoch, again)).toBe(true);
  expect(await load(rows[0]!.id)).toEqual(first);
});

test('attempts are counted, the last one fails the row, and its key is blocked', async () => {
  const key = newKey();
  await append(event(key, 1), event(key, 2));
  const [first, second] = await read(key);
  const refusals = createRefusalStore(pool, source);
  const blocked = createBlockedKeyStore(pool, source, []);
  const refuse = async () => {
    const [row] = await read(key);
    return refusals.recordAttempt(epoch, {
      row: row!,
      reason: 'message-too-large',
      maxAttempts: 2,
    });
  };
  expect(await refuse()).toEqual({ attempts: 1, hasFailed: false });
  expect(sequences(await read(key))).toEqual([1, 2]);
  expect(await refuse()).toEqual({ attempts: 2, hasFailed: true });
  expect(await load(first!.id)).toMatchObject({ status: 'FAILED', error: 'message-too-large' });
  expect(await blocked.listBlocked([bucketOf(key)])).toContainEqual({
    topic: 'loms.order-events',
    key,
  });
  await blocked.markWaiting(epoch, [second!]);
  expect(await read(key)).toEqual([]);
  expect(await load(second!.id)).toMatchObject({ status: 'CREATED', sent_at: null });
});

test('rows of a key that has nothing FAILED are never put on hold', async () => {
  const key = newKey();
  await append(event(key, 1));
  const rows = await read(key);
  await createBlockedKeyStore(pool, source, []).markWaiting(epoch, rows);
  expect(sequences(await read(key))).toEqual([1]);
});

test('a row that was moved since it was read gets no attempt counted', async () => {
  const key = newKey();
  await append(event(key, 1));
  const [row] = await read(key);
  await writer.query('UPDATE loms.outbox SET attempts = attempts WHERE id = $1', [row!.id]);
  const refusal = { row: row!, reason: 'message-too-large', maxAttempts: 5 };
  expect(await createRefusalStore(pool, source).recordAttempt(epoch, refusal)).toBe('moved');
  expect(await load(row!.id)).toMatchObject({ attempts: 0 });
});

test('the bound is the highest seq allocated, as soon as no transaction below it is in progress', async () => {
  const held = await writer.connect();
  await held.query('BEGIN');
  await appendToOutbox({ client: held }, source, [event(newKey(), 1)]);
  expect(await readBound(pool, source)()).toBeUndefined();
  await held.query('COMMIT');
  held.release();
  const { rows } = await pool.query<{ seq: string }>(
    'SELECT max(seq)::text AS seq FROM loms.outbox',
  );
  const bound = await waitFor(readBound(pool, source), { what: 'a bound' });
  expect(bound).toBe(rows[0]!.seq);
});

test('a read with a bound stops there', async () => {
  const key = newKey();
  await append(event(key, 1), event(key, 2));
  const [first] = await read(key);
  const { rows: bounded } = await readUnsent(
    pool,
    source,
  )({ cursors: new Map([[bucketOf(key), '0']]), rowsPerBucket: 100, bound: first!.seq });
  expect(sequences(bounded.filter((row) => row.key === key))).toEqual([1]);
});

test('a refusal touches its row alone, however large the backlog', async () => {
  // some 140 blocks
  await append(...Array.from({ length: 5_000 }, () => event(newKey(), 1)));
  const key = newKey();
  await append(event(key, 1), event(key, 2));
  const [first, second] = await read(key, '0', 10_000);
  const refusals = createRefusalStore(pool, source);
  const blocked = createBlockedKeyStore(pool, source, []);
  const touched = async (work: () => Promise<unknown>) => {
    const count = () =>
      pool.query<{ blocks: number }>(
        `SELECT sum(idx_blks_hit + idx_blks_read + heap_blks_hit + heap_blks_read)::int AS blocks
           FROM pg_statio_user_tables WHERE schemaname = 'loms' AND relname LIKE 'outbox%'`,
      );
    await pool.query('SELECT pg_stat_force_next_flush()');
    const before = (await count()).rows[0]!.blocks;
    await work();
    await pool.query('SELECT pg_stat_force_next_flush()');
    return (await count()).rows[0]!.blocks - before;
  };
  const refuse = () =>
    refusals.recordAttempt(epoch, { row: first!, reason: 'message-too-large', maxAttempts: 1 });
  expect(await touched(refuse)).toBeLessThan(100);
  expect(await touched(() => blocked.markWaiting(epoch, [second!]))).toBeLessThan(100);
});

test('a short read finds what a read per bucket finds, and no more than its limit', async () => {
  const key = newKey();
  const other = newKey();
  await append(event(key, 1), event(other, 1), event(key, 2));
  const buckets = [...new Set([bucketOf(key), bucketOf(other)])];
  const short = async (floor: string, limit: number) =>
    readShort(pool, source)({ buckets, floor, limit }).then(({ rows }) => rows);
  const rows = (await short('0', 1_000)).filter((row) => [key, other].includes(row.key));
  const ofKey = rows.filter((row) => row.key === key);
  expect(ofKey).toEqual(await read(key));
  expect(sequences(ofKey)).toEqual([1, 2]);
  expect(rows).toHaveLength(3);
  expect(await short('0', 2)).toHaveLength(2);
  const [first] = ofKey;
  expect((await short(first?.seq ?? '', 1_000)).map(({ id }) => id)).not.toContain(first?.id);
  await markSent(pool, source)(epoch, sent(rows));
  expect((await short('0', 1_000)).filter((row) => row.key === key)).toEqual([]);
});
