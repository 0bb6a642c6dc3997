import type { PoolClient } from 'pg';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const topic = 'loms.order-events';
let admin: Pool;
let owner: Pool;
let publisher: Pool;
let ops: Pool;
let lastOrder = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  const open = (role: string) => openTestPool(database.urlFor(role));
  admin = openTestPool(database.adminUrl);
  [owner, publisher, ops] = [open('loms'), open('publisher'), open('ops')];
});
afterAll(() => Promise.all([admin.end(), owner.end(), publisher.end(), ops.end()]));

type State = 'sent' | 'failed' | 'waiting' | 'new';
const columnsOf: Record<State, string> = {
  sent: `status = 'COMPLETED', sent_at = clock_timestamp() - interval '1 minute', partition = 1, "offset" = 5`,
  failed: `status = 'FAILED', error = 'message-too-large', attempts = 5, last_attempt_at = clock_timestamp()`,
  waiting: 'is_waiting = true',
  new: 'attempts = 0',
};
const insert = async (on: Pick<PoolClient, 'query'>, key: string, sequence: number) => {
  const id = newId();
  await on.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES ($1, $2, $3, $4, 'T', '{}', '{"traceparent": "t"}', $5, clock_timestamp())`,
    [id, topic, key, sequence, bucketOf(key)],
  );
  return id;
};
/** An order whose events, from sequence 1 on, are in these states. */
const order = async (...states: State[]) => {
  const key = `order-${(lastOrder += 1)}`;
  const ids: string[] = [];
  for (const [index, state] of states.entries()) {
    const id = await insert(owner, key, index + 1);
    await owner.query(`UPDATE loms.outbox SET ${columnsOf[state]} WHERE id = $1`, [id]);
    ids.push(id);
  }
  return { key, ids };
};
interface Row {
  sequence: bigint;
  status: string;
  is_waiting: boolean;
  error: string | null;
  attempts: number;
  headers: Record<string, string>;
  seq: bigint;
}
const rowsOf = async (key: string, table = 'outbox'): Promise<Row[]> =>
  (await owner.query<Row>(`SELECT * FROM loms.${table} WHERE key = $1 ORDER BY seq`, [key])).rows;
const shown = async (key: string) =>
  (await rowsOf(key)).map(
    ({ sequence, status, is_waiting: isWaiting, error }) =>
      `${sequence} ${status} ${isWaiting ? 'waits' : (error ?? '-')}`,
  );
const call = async (text: string, values: unknown[], on: Pick<PoolClient, 'query'> = ops) =>
  (await on.query<Record<string, unknown>>(text, values)).rows;
const redrive = (key: string, on?: Pick<PoolClient, 'query'>, withoutBlocking: string[] = []) =>
  call('SELECT * FROM loms.redrive_outbox($1, $2, $3)', [[topic], [key], withoutBlocking], on);
const discard = (id: string, on?: Pick<PoolClient, 'query'>) =>
  call('SELECT * FROM loms.discard_outbox($1, $2, $3)', [id, 'anna', 'wrong payload'], on);
const replay = (ids: string[]) => call('SELECT * FROM loms.replay_outbox($1, $2)', [ids, []]);
const keepFailed = (id: string) =>
  owner.query(
    `WITH gone AS (DELETE FROM loms.outbox WHERE id = $1 RETURNING *)
     INSERT INTO loms.outbox_failed (id, topic, key, sequence, event_type, payload, headers, bucket,
       status, error, attempts, last_attempt_at, created_at, seq, moved_at)
     SELECT id, topic, key, sequence, event_type, payload, headers, bucket, status, error, attempts,
       last_attempt_at, created_at, seq, clock_timestamp() FROM gone`,
    [id],
  );
/** What the publisher does when it finds a row of a blocked key: see its store/blocked-keys.ts. */
const markWaiting = `WITH failed AS MATERIALIZED (
    SELECT topic, key FROM loms.outbox WHERE key = $1 AND status = 'FAILED' AND sent_at IS NULL FOR SHARE)
  UPDATE loms.outbox o SET is_waiting = true WHERE id = $2 AND sent_at IS NULL AND error IS NULL
    AND (o.topic, o.key) IN (SELECT topic, key FROM failed)`;
const begin = async (pool: Pool) => {
  const client = await pool.connect();
  await client.query('BEGIN');
  const end = async (how: 'COMMIT' | 'ROLLBACK') => {
    await client.query(how);
    client.release();
  };
  return { client, end };
};
const untilWaiting = (role: string) => untilWaitingForLock(admin, role);

test('redrive puts a failed event and what waits behind it back, and nothing else', async () => {
  const { key } = await order('sent', 'failed', 'waiting', 'new');
  expect(await redrive(key)).toEqual([{ topic, key, failed: 1n, waiting: 1n }]);
  expect(await shown(key)).toEqual(['1 COMPLETED -', '2 CREATED -', '3 CREATED -', '4 CREATED -']);
  const [, second] = await rowsOf(key);
  expect(second).toMatchObject({ attempts: 0, headers: { traceparent: 't' } });
  expect(second!.headers).not.toHaveProperty('redriven');
  expect(await redrive(key)).toEqual([]);
});

test('where a failed event blocks nobody, one that is redriven says so', async () => {
  const { key } = await order('failed', 'sent', 'failed');
  await redrive(key, ops, [topic]);
  expect((await rowsOf(key)).map(({ headers }) => headers['redriven'])).toEqual([
    ...['true', undefined, 'true'],
  ]);
});

test('redrive brings back what left the outbox with its day, at its old place in the order', async () => {
  const { key, ids } = await order('failed', 'waiting');
  await keepFailed(ids[0]!);
  expect(await redrive(key)).toEqual([{ topic, key, failed: 1n, waiting: 1n }]);
  expect(await shown(key)).toEqual(['1 CREATED -', '2 CREATED -']);
  expect(await rowsOf(key, 'outbox_failed')).toEqual([]);
});

test('discard moves the event away, says who and why, and lets the rest go on', async () => {
  const { key, ids } = await order('sent', 'failed', 'waiting');
  expect(await discard(ids[1]!)).toEqual([{ released: 1n }]);
  expect(await shown(key)).toEqual(['1 COMPLETED -', '3 CREATED -']);
  expect(await rowsOf(key, 'outbox_failed')).toMatchObject([
    { sequence: 2n, discarded_by: 'anna', discard_reason: 'wrong payload' },
  ]);
  expect(await discard(ids[1]!)).toEqual([]);
  expect(await redrive(key)).toEqual([]);
});

test('what waits is released only with the last failed event of its key', async () => {
  const { key, ids } = await order('failed', 'failed', 'waiting');
  await keepFailed(ids[0]!);
  expect(await discard(ids[1]!)).toEqual([{ released: 0n }]);
  expect(await shown(key)).toEqual(['3 CREATED waits']);
  expect(await discard(ids[0]!)).toEqual([{ released: 1n }]);
  expect(await shown(key)).toEqual(['3 CREATED -']);
});

test('the event behind names what was given up before it, for those who consume it', async () => {
  const { key, ids } = await order('sent', 'failed', 'failed', 'waiting', 'waiting');
  await discard(ids[1]!);
  const named = async () => (await rowsOf(key)).map(({ headers }) => headers['discarded']);
  expect(await named()).toEqual([undefined, '2', undefined, undefined]);
  await discard(ids[2]!);
  expect(await named()).toEqual([undefined, '2,3', undefined]);
});

test.each(['sent', 'waiting', 'new'] as const)(
  'an event that is %s is not given up',
  async (state) => {
    const { ids, key } = await order(state);
    const before = await shown(key);
    expect(await discard(ids[0]!)).toEqual([]);
    expect(await shown(key)).toEqual(before);
  },
);

test('replay puts sent events back under the same id and place', async () => {
  const { key, ids } = await order('sent', 'sent', 'new');
  const before = await rowsOf(key);
  expect(await replay(ids)).toHaveLength(2);
  const after = await rowsOf(key);
  expect(after.map(({ seq }) => seq)).toEqual(before.map(({ seq }) => seq));
  expect(after[0]).toMatchObject({ id: ids[0], status: 'CREATED', partition: null, sent_at: null });
  expect(after.map(({ headers }) => headers['replayed'])).toEqual(['true', 'true', undefined]);
});

test('replay passes over a blocked key, and what was sent a moment ago', async () => {
  const blocked = await order('sent', 'failed');
  const kept = await order('sent', 'failed');
  await keepFailed(kept.ids[1]!);
  const fresh = await order('sent');
  await owner.query('UPDATE loms.outbox SET sent_at = clock_timestamp() WHERE id = $1', fresh.ids);
  expect(await replay([...blocked.ids, ...kept.ids, ...fresh.ids])).toEqual([]);
});

describe('beside a publisher at work', () => {
  test('a row that is being put on hold while its key is redriven is released too', async () => {
    const { key, ids } = await order('failed', 'new');
    const marking = await begin(publisher);
    await marking.client.query(markWaiting, [key, ids[1]]);
    const redriven = redrive(key);
    await untilWaiting('ops');
    await marking.end('COMMIT');
    expect(await redriven).toEqual([{ topic, key, failed: 1n, waiting: 1n }]);
    expect(await shown(key)).toEqual(['1 CREATED -', '2 CREATED -']);
  });

  test.each(['redrive', 'discard'])('no row is put on hold after a %s', async (operation) => {
    const { key, ids } = await order('failed', 'new');
    const changing = await begin(ops);
    await (operation === 'redrive'
      ? redrive(key, changing.client)
      : discard(ids[0]!, changing.client));
    const marked = publisher.query(markWaiting, [key, ids[1]]);
    await untilWaiting('publisher');
    await changing.end('COMMIT');
    expect((await marked).rowCount).toBe(0);
    expect((await shown(key)).at(-1)).toBe('2 CREATED -');
  });

  test.each(['redrive', 'discard'])('an event that fails during a %s stays so', async (name) => {
    const { key, ids } = await order('failed', 'new', 'waiting');
    const failing = await begin(publisher);
    await failing.client.query('SELECT FROM loms.outbox WHERE id = $1 FOR SHARE', [ids[0]]);
    const changed = name === 'redrive' ? redrive(key, ops, [topic]) : discard(ids[0]!);
    await untilWaiting('ops');
    const fail = "UPDATE loms.outbox SET status = 'FAILED', error = 'too-large' WHERE id = $1";
    await failing.client.query(fail, [ids[1]]);
    await failing.end('COMMIT');
    const counts = name === 'redrive' ? { topic, key, failed: 1n, waiting: 1n } : { released: 1n };
    expect(await changed).toEqual([counts]);
    expect((await shown(key)).slice(-2)).toEqual(['2 FAILED too-large', '3 CREATED -']);
  });

  test('an event that a writer adds meanwhile comes after those that were released', async () => {
    const { key } = await order('failed', 'waiting');
    const writing = await begin(owner);
    await insert(writing.client, key, 3);
    await redrive(key);
    await writing.end('COMMIT');
    expect(await shown(key)).toEqual(['1 CREATED -', '2 CREATED -', '3 CREATED -']);
  });
});

test('of two operators at once the second one finds nothing left to do', async () => {
  const { key, ids } = await order('failed', 'waiting');
  const first = await begin(ops);
  expect(await redrive(key, first.client)).toHaveLength(1);
  const second = discard(ids[0]!);
  await untilWaiting('ops');
  await first.end('COMMIT');
  expect(await second).toEqual([]);
  expect(await shown(key)).toEqual(['1 CREATED -', '2 CREATED -']);
});

test('a change that is rolled back changes nothing', async () => {
  const { key, ids } = await order('failed', 'waiting');
  const before = await shown(key);
  const changing = await begin(ops);
  await discard(ids[0]!, changing.client);
  await changing.end('ROLLBACK');
  expect(await shown(key)).toEqual(before);
  expect(await rowsOf(key, 'outbox_failed')).toEqual([]);
});

test.each([
  'UPDATE loms.outbox SET error = NULL',
  'DELETE FROM loms.outbox_failed',
  'INSERT INTO loms.outbox_failed SELECT * FROM loms.outbox_failed',
  'UPDATE publisher.members SET expires_at = now()',
  'SELECT * FROM loms.orders',
  "SELECT loms.lock_failed_outbox('{}', '{}')",
])('the role ops may not: %s', async (text) => {
  await expect(ops.query(text)).rejects.toMatchObject({ code: '42501' });
});

test('nobody else may change an outbox in this way', async () => {
  await expect(redrive('any', publisher)).rejects.toMatchObject({ code: '42501' });
});
