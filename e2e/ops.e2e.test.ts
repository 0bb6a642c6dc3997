import { waitFor } from '../testing/wait-for.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import type { JsonValue } from '@bufbuild/protobuf';
import { newId } from '#platform/base/ids.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { openAnswerCheck } from '../testing/openapi/answer-check.ts';
import { readMessages, type ReadMessage } from '../testing/ops/read-messages.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';

let system: System;
let publisher: TestProcess;
let ops: RunningOps;

beforeAll(async () => {
  system = await startSystem();
  ops = await startOps(system.database.urlFor('ops'), 'loms');
  publisher = await system.startPublisher('publisher');
});
afterAll(async () => {
  await ops.kill();
  await system.close();
});

const inorder = (...args: string[]) => ops.inorder(...args);
const json = (...args: string[]) => ops.json(...args);

const huge = { note: 'x'.repeat(1_200_000) };
const small = { note: 'small' };
const insert = (key: string, sequence: number, payload: object = small) =>
  system.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES ($1, $2, $3, $4, 'loms.v1.OrderStatusChanged', $5, '{}', $6, clock_timestamp())`,
    [newId(), topic, key, sequence, payload, bucketOf(key)],
  );
const rowsOf = (key: string) =>
  system.query<{ id: string; status: string; isWaiting: boolean }>(
    'SELECT id, status, is_waiting AS "isWaiting" FROM loms.outbox WHERE key = $1 ORDER BY sequence',
    [key],
  );
/**
 * Sends sequence 1; 2 is too large, and 3 and 4 wait. A row is FAILED after five attempts, so four are counted at
 * once here.
 */
const block = async (key: string) => {
  await insert(key, 1);
  await sent(key, 1);
  await insert(key, 2, huge);
  await system.query('UPDATE loms.outbox SET attempts = 4 WHERE key = $1 AND sequence = 2', [key]);
  await insert(key, 3);
  await insert(key, 4);
  await waitFor(
    async () => {
      const [, second, third, fourth] = await rowsOf(key);
      return second?.status === 'FAILED' && third?.isWaiting && fourth?.isWaiting;
    },
    { what: `${key} to be blocked`, timeoutMs: 60_000 },
  );
};
const mend = (key: string) =>
  system.query('UPDATE loms.outbox SET payload = $2 WHERE key = $1 AND sequence = 2', [key, small]);
const sent = (key: string, count: number) =>
  waitFor(
    async () => (await rowsOf(key)).filter(({ status }) => status === 'COMPLETED').length === count,
    { what: `${count} events of ${key} to be sent`, timeoutMs: 60_000 },
  );
const delivered = async (key: string): Promise<ReadMessage[]> =>
  (await readMessages(system.brokers, topic)).filter((message) => message.key === key);
const sequences = (messages: readonly ReadMessage[]) => messages.map(({ sequence }) => sequence);
const snapshot = () =>
  system.query('SELECT id, status, error, headers, sent_at FROM loms.outbox ORDER BY id');
const done = () =>
  system.query(
    `SELECT operation, actor, affected_rows FROM ops.operations WHERE NOT dry_run ORDER BY id`,
  );

test('a blocked order says why; after the cause is mended a redrive sends it in order', async () => {
  await block('41');
  const { entries } = (await json('timeline', '41')) as {
    entries: { says: string; is_stuck: boolean }[];
  };
  expect(entries.map(({ is_stuck }) => is_stuck)).toEqual([false, true, true, true]);
  expect(entries[0]!.says).toMatch(/^sent to partition \d at offset \d+/);
  expect(entries[1]!.says).toMatch(/^FAILED after 5 attempts: message-too-large, since \d\d:\d\d/);
  expect(entries[3]!.says).toMatch(/^waits behind 2: message-too-large, since \d\d:\d\d UTC$/);
  const shown = await inorder('timeline', '41');
  expect(shown.stdout).toContain('waits behind 2: message-too-large');
  expect(Math.max(...shown.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(await json('outbox', 'blocked')).toMatchObject({
    keys: [{ key: '41', sequence: 2, reason: 'message-too-large', waiting_rows: 2 }],
  });
  expect(await json('outbox', 'status')).toMatchObject({
    sources: [
      {
        topics: [{ topic, failed_rows: 1, blocked_keys: 1, waiting_rows: 2 }],
        publishers: [{ owned_buckets: 64, is_expired: false }],
      },
    ],
  });

  const before = await snapshot();
  expect(await json('redrive', '41', '--dry-run')).toMatchObject({ keys: 1, failed_rows: 1 });
  expect(await snapshot()).toEqual(before);
  await mend('41');
  expect(await json('redrive', '41')).toMatchObject({ keys: 1, failed_rows: 1, waiting_rows: 2 });
  await sent('41', 4);
  expect(sequences(await delivered('41'))).toEqual([1, 2, 3, 4]);
  expect(await done()).toEqual([{ operation: 'redrive', actor: 'anna', affected_rows: 3 }]);
});

test('an event that is given up lets the rest go on, and is remembered', async () => {
  await block('42');
  const reason = ['--reason', 'refunded by hand'];
  expect(await json('discard', '42', '2', ...reason, '--dry-run')).toMatchObject({
    released_rows: 2,
    dry_run: true,
  });
  const { code, stdout } = await inorder('discard', '42', '2', ...reason);
  expect([code, stdout]).toEqual([0, expect.stringContaining('Gave up sequence 2 of order 42')]);
  await sent('42', 3);
  expect(sequences(await delivered('42'))).toEqual([1, 3, 4]);
  const timeline = await inorder('timeline', '42');
  expect(timeline.stdout).toMatch(/given up by anna on \d\d:\d\d UTC: refunded by hand/);
  const again = await inorder('discard', '42', '2', ...reason);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('event-not-failed') });
  expect(await system.compare()).toMatchObject({
    lost: 0,
    foreign: 0,
    violations: [],
    discarded: 1,
  });
});

test('a replay comes with the same id and sequence, and says that it is one', async () => {
  for (const sequence of [1, 2]) await insert('43', sequence);
  await sent('43', 2);
  // The row looks as if it had been sent a minute ago.
  await system.query(
    "UPDATE loms.outbox SET sent_at = sent_at - interval '1 minute' WHERE key = '43'",
  );
  const first = await delivered('43');
  expect(await json('replay', '43', '--dry-run')).toMatchObject({ rows: 2, dry_run: true });
  expect(await json('replay', '43')).toMatchObject({ rows: 2, passed_over_rows: 0 });
  await sent('43', 2);
  const all = await delivered('43');
  expect(sequences(all)).toEqual([1, 2, 1, 2]);
  expect(all.slice(2).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect(all.map(({ headers }) => headers['replayed'])).toEqual([
    undefined,
    undefined,
    'true',
    'true',
  ]);
});

test('redrive by reason takes all that fit, at a rate; more than one order needs a yes', async () => {
  const keys = ['51', '52', '53'];
  for (const key of keys) await block(key);
  for (const key of keys) await mend(key);
  const before = await snapshot();
  const unsure = await inorder('redrive', '--reason', 'message-too-large');
  expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  expect(await snapshot()).toEqual(before);
  const args = ['--reason', 'message-too-large', '--rate', '2', '--yes'];
  expect(await json('redrive', ...args)).toMatchObject({
    keys: 3,
    failed_rows: 3,
    waiting_rows: 6,
  });
  for (const key of keys) await sent(key, 4);
  for (const key of keys) expect(sequences(await delivered(key))).toEqual([1, 2, 3, 4]);
});

test('what is stuck is redriven by its cause, and followed until it is through', async () => {
  const keys = ['55', '56'];
  for (const key of keys) await block(key);
  const shown = await inorder('stuck', '--service', 'loms');
  expect(shown.stdout).toMatch(
    /^[0-9a-f]{8} {2}FAILED {2}loms on loms.order-events: message-too-large$/m,
  );
  expect(shown.stdout).toContain('orders: 55, 56\n');
  const [, command = ''] = /^ {2}\.\/inorder (redrive --cause \S+)$/m.exec(shown.stdout) ?? [];
  const ignored = await inorder('ignore', command.slice(-8), '--until', '2h', '--reason', 'known');
  expect(ignored.stdout).toMatch(/^Ignored until 20\S+Z: FAILED of loms: message-too-large$/m);
  const listed = await inorder('stuck');
  expect(listed.stdout).toMatch(/^Nothing is stuck\.\n\nIgnored for a while:\n/);
  expect(listed.stdout).toMatch(/^ {2}ignored until 20.* by anna: known$/m);
  await json('ignore', command.slice(-8), '--end', '--reason', 'it is mended');

  for (const key of keys) await mend(key);
  const redriven = await inorder(...command.split(' '), '--yes');
  expect(redriven.stdout).toMatch(/^Redrove 2 orders: 2 failed and 4 waiting events\.$/m);
  const [, id = ''] = /\.\/inorder operation (\S+) --follow/.exec(redriven.stderr) ?? [];
  const followed = await inorder('operation', id, '--follow');
  expect(followed).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^All is through: 6 events\.\n {2}redrive of loms by anna at 20/),
  });
  for (const key of keys) expect(sequences(await delivered(key))).toEqual([1, 2, 3, 4]);
  expect(await json('operations', '--operation', 'ignore')).toMatchObject({
    operations: [{ actor: 'anna' }, { actor: 'anna' }],
  });
  expect((await inorder('stuck')).stdout).toBe('Nothing is stuck.\n');
});

test('a replay of a blocked order is refused', async () => {
  await block('61');
  const refused = await inorder('replay', '61');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('key-blocked') });
  await inorder('discard', '61', '2', '--reason', 'end of the test');
  await sent('61', 3);
});

test('what is asked wrongly changes nothing and says what is wrong', async () => {
  const before = [await snapshot(), await done()];
  const cases: [number, RegExp, ...string[]][] = [
    [2, /Say which/, 'redrive'],
    [2, /Give 2026/, 'redrive', '41', '--from', 'yesterday'],
    [2, /unknown option/, 'redrive', '41', '--force'],
    [2, /whole number/, 'replay', '41', '--rate', '0'],
    [2, /source-unknown/, 'redrive', '41', '--source', 'nobody'],
    [2, /--reason/, 'discard', '41', '2'],
    [2, /event-id-wrong/, 'discard', '--id', 'x', '--reason', 'some reason'],
    [1, /event-not-found/, 'discard', '41', '99', '--reason', 'some reason'],
    [1, /event-not-failed/, 'discard', '41', '1', '--reason', 'some reason'],
    [1, /no event of order/, 'redrive', 'no-such-order'],
    [1, /Nothing matches/, 'redrive', 'no-such-order', '--source', 'loms'],
    [1, /Nothing matches/, 'redrive', '--reason', 'no-such-reason', '--yes'],
    [1, /no event of order/, 'timeline', 'no-such-order'],
    [2, /cannot be used with option/, 'redrive', '--cause', 'x', '--topic', topic],
    [1, /Nothing is stuck for the cause/, 'redrive', '--cause', 'x'],
    [1, /Nothing is stuck for the cause/, 'ignore', 'x', '--end', '--reason', 'some reason'],
    [2, /Say until when/, 'ignore', 'x', '--reason', 'some reason'],
    [2, /source-unknown/, 'stuck', '--service', 'nobody'],
    [1, /operation-not-found/, 'operation', newId()],
    [2, /id/, 'operation', 'x'],
    [1, /not reachable/, 'outbox', 'status', '--server', 'http://127.0.0.1:9'],
  ];
  for (const [code, words, ...args] of cases) {
    const outcome = await inorder(...args);
    expect([args, outcome.code]).toEqual([args, code]);
    expect(outcome.stderr).toMatch(words);
    expect(outcome.stdout).toBe('');
  }
  const after = await done();
  expect(await snapshot()).toEqual(before[0]);
  // a redrive that found nothing is recorded as such
  expect(after.slice(before[1]!.length)).toEqual([
    { operation: 'redrive', actor: 'anna', affected_rows: 0 },
  ]);
});

test('who did what is kept, and the protocols answer the same', async () => {
  const { operations } = (await json('operations', '--operation', 'discard')) as {
    operations: { actor: string; arguments: string; outcome: string }[];
  };
  expect(operations.at(-1)).toMatchObject({ actor: 'anna', outcome: 'done' });
  expect(JSON.parse(operations.at(-1)!.arguments)).toMatchObject({
    key: '42',
    sequence: '2',
    reason: 'refunded by hand',
  });
  const rest = await fetch(`${ops.server}/ops/orders/42/timeline`);
  const cli = (await json('timeline', '42')) as { entries: unknown[] };
  expect(((await rest.json()) as { entries: unknown[] }).entries).toHaveLength(cli.entries.length);
  expect(await publisher.stop()).toEqual({ code: 0, signal: null });
});

test('REST answers as /openapi.json says', async () => {
  const check = await openAnswerCheck(ops.server);
  const statuses: number[] = [];
  const ask = async (verb: 'GET' | 'POST', path: string, request?: object) => {
    const headers = { 'content-type': 'application/json' };
    const body = request === undefined ? null : JSON.stringify(request);
    const response = await fetch(ops.server + path, { method: verb, headers, body });
    const answer = (await response.json()) as JsonValue;
    check({ verb, path: path.replace(/[?].*/, ''), status: response.status, body: answer });
    statuses.push(response.status);
  };
  await ask('GET', '/ops/outbox/status');
  await ask('GET', '/ops/outbox/blocked?page_size=5');
  for (const key of ['41', '42']) {
    await ask('GET', `/ops/outbox/orders/${key}`);
    await ask('GET', `/ops/orders/${key}/timeline`);
  }
  await ask('GET', '/ops/operations');
  for (const action of ['redrive', 'replay'])
    await ask('POST', `/ops/outbox/${action}`, { actor: 'anna', key: '41', dry_run: true });
  expect(new Set(statuses)).toEqual(new Set([200]));
  await ask('POST', '/ops/outbox/discard', {
    actor: 'anna',
    key: '41',
    sequence: 1,
    reason: 'some reason',
  });
  await ask('POST', '/ops/outbox/discard', {
    actor: 'anna',
    source: 'nobody',
    reason: 'some reason',
  });
  await ask('GET', '/ops/operations?page_token=x');
  await ask('GET', '/ops/dead-letters?page_token=x');
  await ask('POST', '/ops/dead-letters/redrive', { actor: 'anna', consumer: 'nobody' });
  expect(statuses.slice(-5)).toEqual([412, 400, 400, 400, 400]);
});
