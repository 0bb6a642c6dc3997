import { randomUUID } from 'node:crypto';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { untilWaitingForLock } from '../../testing/lock-wait.ts';
import { startOps, type RunningOps } from '../../testing/ops/start-ops.ts';
import { openTestPool } from '../../testing/test-pool.ts';

const topic = 'loms.order-events';
let admin: Pool;
let first: RunningOps;
let second: RunningOps;
let lastOrder = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = openTestPool(database.adminUrl);
  const start = () => startOps(database.urlFor('ops'), 'loms');
  [first, second] = await Promise.all([start(), start()]);
});
afterAll(async () => {
  await Promise.all([first.kill(), second.kill(), admin.end()]);
});

type Json = Record<string, unknown>;
const call = async (method: string, asked: Json, server = first.server): Promise<Json> => {
  const response = await fetch(`${server}/ops.v1.OpsService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  return (await response.json()) as Json;
};

const states = {
  sent: `status = 'COMPLETED', sent_at = clock_timestamp() - interval '1 minute', partition = 1, "offset" = 5`,
  failed: `status = 'FAILED', error = 'message-too-large', attempts = 5, last_attempt_at = clock_timestamp()`,
  waiting: 'is_waiting = true',
};
/** An order whose events, from sequence 1 on, are in these states. */
const order = async (...wanted: (keyof typeof states)[]) => {
  const key = `order-${(lastOrder += 1)}`;
  const ids: string[] = [];
  for (const [index, state] of wanted.entries()) {
    const id = newId();
    await admin.query(
      `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
       VALUES ($1, $2, $3, $4, 'T', '{}', '{}', $5, clock_timestamp())`,
      [id, topic, key, index + 1, bucketOf(key)],
    );
    await admin.query(`UPDATE loms.outbox SET ${states[state]} WHERE id = $1`, [id]);
    ids.push(id);
  }
  return { key, ids };
};
const letter = async () => {
  const key = `order-${(lastOrder += 1)}`;
  const id = newId();
  await admin.query(
    `INSERT INTO assembly.inbox_dead_letters (event_id, consumer, topic, key, source, sequence, event_type,
       partition, "offset", key_bytes, value, headers, attempts, error, failed_at)
     VALUES ($1, 'assembly-service', 'order.events', $2, 'order', 1, 'T', 0, 1, 'k', '{}', '{}', 3, 'no paint', clock_timestamp())`,
    [id, key],
  );
  return { id, key };
};
const failAgain = (key: string) =>
  admin.query(`UPDATE loms.outbox SET ${states.failed} WHERE key = $1 AND sequence = 1`, [key]);
const operations = async (key: string) =>
  (
    await admin.query(
      `SELECT FROM ops.operations WHERE NOT dry_run AND (arguments->>'key' = $1 OR changed::text LIKE '%' || $1 || '%')`,
      [key],
    )
  ).rowCount;

const acts = {
  Redrive: async () => ({ key: (await order('failed', 'waiting')).key, asked: {} }),
  Discard: async () => {
    const { key } = await order('failed', 'waiting');
    return { key, asked: { sequence: 1, reason: 'refunded by hand' } };
  },
  Replay: async () => ({ key: (await order('sent', 'sent')).key, asked: {} }),
  RedriveDeadLetters: async () => ({
    key: (await letter()).key,
    asked: { consumer: 'assembly-service' },
  }),
  DiscardDeadLetter: async () => {
    const { id, key } = await letter();
    const asked = { consumer: 'assembly-service', eventId: id, reason: 'built by hand' };
    return { key, asked, isByEvent: true };
  },
};
const names = Object.keys(acts) as (keyof typeof acts)[];
/** An act on a new order, as a page sends it. */
const newAct = async (name: keyof typeof acts) => {
  const { key, asked, ...rest } = await acts[name]();
  const byKey = 'isByEvent' in rest ? {} : { key };
  return { key, request: { actor: 'anna', requestId: randomUUID(), ...byKey, ...asked } };
};

test.each(names)(
  '%s: pressed twice it is done once, and both get the same answer',
  async (name) => {
    const { key, request } = await newAct(name);
    const answer = await call(name, request);
    expect(answer).toMatchObject({ operationId: expect.any(String) });
    expect(await call(name, request, second.server)).toEqual(answer);
    expect(await operations(key)).toBe(1);
  },
);

test.each(names)('%s: pressed twice at the same time it is done once', async (name) => {
  const { key, request } = await newAct(name);
  const presses = [first, second, first, second].map(({ server }) => call(name, request, server));
  const answers = await Promise.all(presses);
  expect(answers[0]).toMatchObject({ operationId: expect.any(String) });
  expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(await operations(key)).toBe(1);
});

test('what failed again meanwhile is not redriven by a late second press, only by a new one', async () => {
  const { key, request } = await newAct('Redrive');
  const answer = await call('Redrive', request);
  await failAgain(key);
  expect(await call('Redrive', request)).toEqual(answer);
  expect(await operations(key)).toBe(1);
  const next = await call('Redrive', { ...request, requestId: randomUUID() });
  expect(next).toMatchObject({ keys: 1, failedRows: 1 });
  expect(next['operationId']).not.toBe(answer['operationId']);
});

test('an id that another request had is refused; a dry run takes no notice of it', async () => {
  const { request } = await newAct('Redrive');
  const looked = await call('Redrive', { ...request, dryRun: true });
  expect(looked).toMatchObject({ keys: 1 });
  expect(await call('Redrive', request)).toMatchObject({ keys: 1 });
  const { key } = await order('failed');
  const other = await call('Redrive', { ...request, key });
  expect(JSON.stringify(other)).toContain('request-id-reused');
  expect(await operations(key)).toBe(0);
});

test('ops killed in the midst of an act: pressed again it is done, and once', async () => {
  const { key, request } = await newAct('Redrive');
  const gate = await admin.connect();
  await gate.query('BEGIN');
  await gate.query(`SELECT pg_advisory_xact_lock(hashtext('loms.outbox'))`);
  const lost = call('Redrive', request).catch(() => 'lost');
  await untilWaitingForLock(admin, 'ops');
  const killed = first.kill();
  const pressed = call('Redrive', request, second.server);
  await killed;
  await gate.query('COMMIT');
  gate.release();
  expect(await lost).toBe('lost');
  expect(await pressed).toMatchObject({ keys: 1, failedRows: 1, waitingRows: 1 });
  expect(await call('Redrive', request, second.server)).toEqual(await pressed);
  expect(await operations(key)).toBe(1);
});

test('an operation is followed until its events are through', async () => {
  const { key, request } = await newAct('Redrive');
  const { operationId } = await call('Redrive', request, second.server);
  const follow = () => call('GetOperation', { id: operationId }, second.server);
  expect(await follow()).toMatchObject({
    operation: { actor: 'anna', operation: 'redrive' },
    events: 2,
    waiting: 2,
    says: '0 of 2 events through, 2 wait to be sent.',
  });
  await failAgain(key);
  expect(await follow()).toMatchObject({ failedAgain: 1, failedSample: [{ topic, key }] });
  await admin.query(`UPDATE loms.outbox SET ${states.sent}, error = NULL WHERE key = $1`, [key]);
  expect(await follow()).toMatchObject({ through: 2, says: 'All is through: 2 events.' });
  const unknown = await call('GetOperation', { id: newId() }, second.server);
  expect(unknown).toMatchObject({ code: 'not_found' });
});

test('a letter is followed until its consumer has handled it, or has given it up again', async () => {
  const { key, request } = await newAct('RedriveDeadLetters');
  const { operationId } = await call('RedriveDeadLetters', request, second.server);
  const follow = () => call('GetOperation', { id: operationId }, second.server);
  expect(await follow()).toMatchObject({
    events: 1,
    waiting: 1,
    says: '0 of 1 event through, 1 waits for its consumer.',
  });
  await admin.query('DELETE FROM assembly.inbox_parked WHERE key = $1', [key]);
  expect(await follow()).toMatchObject({ through: 1 });
  await admin.query(
    'UPDATE assembly.inbox_dead_letters SET redriven_at = NULL, failed_at = clock_timestamp() WHERE key = $1',
    [key],
  );
  expect(await follow()).toMatchObject({ failedAgain: 1 });
});
