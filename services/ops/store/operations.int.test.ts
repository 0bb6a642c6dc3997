import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { upToNow, type DoneOperation } from '../usecases/operation.ts';
import { discardEvent, keepOperation, redriveKeys, replayRows } from './changes.ts';
import { listFailedKeys } from './blocked.ts';
import { findById, listFailed, listNewest, listShown } from './events.ts';
import { listOperations } from './operations.ts';
import { openOpsPools, type OpsPools } from './pools.ts';
import { countHeld, loadNow, selectFailedKeys } from './selections.ts';
import { selectSentRows } from './sent-rows.ts';
import { countTopics, listPublishers } from './status.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
const topic = 'loms.order-events';
let owner: Pool;
let pools: OpsPools;
let change: { pool: Pool; withoutBlocking: string[] };

beforeAll(async () => {
  const database = await createTestDatabase();
  owner = openTestPool(database.urlFor('loms'));
  pools = openOpsPools({ url: database.urlFor('ops'), logger });
  change = { pool: pools.changing, withoutBlocking: [] };
});
afterAll(() => Promise.all([owner.end(), pools.close()]));
beforeEach(() => owner.query('TRUNCATE loms.outbox, loms.outbox_failed'));

const failed = (minutesAgo: number, reason = 'message-too-large') =>
  `status = 'FAILED', error = '${reason}', attempts = 5,
   last_attempt_at = clock_timestamp() - interval '${minutesAgo} minutes'`;
const waiting = 'is_waiting = true';
const sent = `status = 'COMPLETED', partition = 1, "offset" = 7,
  sent_at = clock_timestamp() - interval '1 minute'`;
const insert = async (key: string, sequence: number, columns: string, payload = '{"a": 1}') => {
  const id = newId();
  await owner.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES ($1, $2, $3, $4, 'T', $5, '{}', 3, clock_timestamp())`,
    [id, topic, key, sequence, payload],
  );
  await owner.query(`UPDATE loms.outbox SET ${columns} WHERE id = $1`, [id]);
  return id;
};
const entry = (affectedRows: number): DoneOperation => ({
  id: newId(),
  at: new Date(),
  actor: 'anna',
  operation: 'redrive',
  source: 'loms',
  arguments: { key: '1' },
  affectedRows,
  dryRun: false,
  outcome: 'done',
});
const anything = { topic: '', key: '', reason: '', failedFrom: undefined };
const everyOperation = {
  source: '',
  actor: '',
  operation: '',
  beforeId: '',
  withoutDryRuns: false,
  limit: 100,
};
const select = async (selection: object, limit = 10) => {
  const failedBefore = await loadNow(pools.reading)();
  const all = { ...anything, failedBefore, ...selection };
  const keys = await selectFailedKeys(pools.reading)('loms', all, limit);
  return keys.map(({ key }) => key);
};

test('keys are chosen by topic, key, reason and time, those that failed first at the head', async () => {
  await insert('a', 1, failed(5));
  await insert('b', 1, failed(9, 'unknown-topic'));
  await insert('c', 2, waiting);
  expect(await select({})).toEqual(['b', 'a']);
  expect(await select({}, 1)).toEqual(['b']);
  expect(await select({ reason: 'unknown-topic' })).toEqual(['b']);
  expect(await select({ topic: 'other' })).toEqual([]);
  const sevenMinutesAgo = new Date(Date.now() - 7 * 60_000);
  expect(await select({ failedFrom: sevenMinutesAgo })).toEqual(['a']);
  expect(await select({ failedBefore: sevenMinutesAgo })).toEqual(['b']);
  // named, an order is found although the failed event that it waits for has gone
  expect(await select({ key: 'c' })).toEqual(['c']);
  const keys = ['a', 'b', 'c'].map((key) => ({ topic, key }));
  expect(await countHeld(pools.reading)('loms', keys)).toEqual({ failed: 2, waiting: 1 });
});

test('what failed just now is chosen, also within the same millisecond', async () => {
  for (let times = 0; times < 20; times += 1) {
    await insert(`k${times}`, 1, failed(0));
    const failedBefore = await upToNow(loadNow(pools.reading), undefined);
    expect(await select({ key: `k${times}`, failedBefore })).toEqual([`k${times}`]);
  }
});

test('a change and its entry are one: both are there, or neither', async () => {
  const id = await insert('a', 1, failed(5));
  await redriveKeys(change)('loms', { keys: [{ topic, key: 'a' }] }, (released) =>
    entry(released.length),
  );
  expect(await findById(pools.reading)('loms', id)).toMatchObject([{ status: 'CREATED' }]);
  const kept = await listOperations(pools.reading)(everyOperation);
  expect(kept[0]).toMatchObject({ actor: 'anna', affectedRows: 1, arguments: { key: '1' } });

  const tried = { ...entry(1), dryRun: true };
  await keepOperation(pools.changing)(tried);
  expect(await listOperations(pools.reading)(everyOperation)).toMatchObject([tried, kept[0]!]);
  const done = await listOperations(pools.reading)({ ...everyOperation, withoutDryRuns: true });
  expect(done).toEqual(kept);

  const other = await insert('b', 1, failed(5));
  const refuse = () => {
    throw new Error('no');
  };
  const given = { id: other, actor: 'anna', reason: 'wrong' };
  await expect(discardEvent(change)('loms', given, refuse)).rejects.toThrow('no');
  expect(await findById(pools.reading)('loms', other)).toMatchObject([{ status: 'FAILED' }]);
  expect(await listOperations(pools.reading)(everyOperation)).toHaveLength(kept.length + 1);
});

test('sent rows are chosen in reading order, behind the last one, and put back', async () => {
  const ids = [await insert('a', 1, sent), await insert('b', 1, sent), await insert('a', 2, sent)];
  const sentBefore = await loadNow(pools.reading)();
  const all = { topic: '', key: '', sentFrom: undefined, sentBefore, afterSeq: 0n };
  const rows = await selectSentRows(pools.reading)('loms', all, 2);
  expect(rows.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  const next = { ...all, afterSeq: rows[1]!.seq };
  expect(await selectSentRows(pools.reading)('loms', next, 2)).toMatchObject([{ id: ids[2] }]);
  let replayed: string[] = [];
  await replayRows(change)('loms', { ids }, (done) => entry((replayed = done).length));
  expect(replayed).toHaveLength(3);
  expect(await selectSentRows(pools.reading)('loms', all, 9)).toEqual([]);
});

test('an order is shown wherever its events are, with the beginning of a long payload', async () => {
  const id = await insert('a', 1, failed(5), JSON.stringify({ note: 'x'.repeat(9_000) }));
  await insert('a', 2, waiting);
  await discardEvent(change)('loms', { id, actor: 'anna', reason: 'wrong' }, () => entry(1));
  const ofKey = { key: 'a', topic: '' };
  const shown = await listShown(pools.reading)('loms', ofKey, 10);
  expect(shown.map(({ event }) => event.status)).toEqual(['DISCARDED', 'CREATED']);
  expect(shown[0]!.payload).toHaveLength(4_000);
  expect(shown[0]!.payloadBytes).toBeGreaterThan(9_000);
  expect(await listFailed(pools.reading)('loms', ofKey)).toEqual([]);
  const newest = await listNewest(pools.reading)('loms', ofKey, 1);
  expect(newest.map(({ sequence }) => sequence)).toEqual([2n]);
});

test('status and blocked keys count what is there', async () => {
  await insert('a', 1, failed(5));
  await insert('a', 2, waiting);
  await insert('b', 1, 'attempts = 0');
  await insert('c', 1, sent);
  expect(await countTopics(pools.reading)('loms')).toMatchObject([
    { topic, backlogRows: 1, failedRows: 1, failedKeys: 1, waitingRows: 1, isCapped: false },
  ]);
  expect(await listPublishers(pools.reading)('loms')).toEqual([]);
  await insert('d', 4, failed(1));
  const page = { topic: '', after: { topic: '', key: '' }, limit: 1 };
  const [first] = await listFailedKeys(pools.reading)('loms', page);
  expect(first).toMatchObject({ key: 'a', sequence: 1n, failedRows: 1, waitingRows: 1 });
  const rest = await listFailedKeys(pools.reading)('loms', { ...page, after: first! });
  expect(rest).toMatchObject([{ key: 'd', sequence: 4n, waitingRows: 0 }]);
});
