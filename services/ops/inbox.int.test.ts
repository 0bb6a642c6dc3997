import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type Handle,
  type InboxFixture,
} from '../../testing/inbox/fixture.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import type { DeadLetter } from './domain/dead-letter.ts';
import { waitFor } from '../../testing/wait-for.ts';
import type { OpsUseCases } from './rpc/ops-service.ts';
import { redriveLetters } from './store/changes.ts';
import { createUseCases } from './use-cases.ts';
import { openTestPool } from '../../testing/test-pool.ts';

const anyLetter = { consumer: '', topic: '', key: '', reason: '', firstLine: '' };
const [order, other] = [newId(), newId()];
let at: InboxFixture;
let pool: Pool;
let ops: OpsUseCases;

beforeEach(async () => {
  at = await openInboxFixture();
  pool = openTestPool(at.database.urlFor('ops'));
  const parts = { reading: pool, changing: pool, topics: [], sources: ['assembly'] };
  ops = createUseCases({ ...parts, wakePublisher: () => undefined });
});
afterEach(async () => {
  await at.close();
  await pool.end();
});

const failing =
  (bad: Set<string>): Handle =>
  async (tx, events) => {
    if (events.some(({ id }) => bad.has(id))) throw new Error('out of paint');
    await noteEffects(tx, events);
  };
const send = (...events: ReturnType<typeof testEvent>[]) => at.send(events.map(toTestMessage));
const timelineOf = (key: string, source = '') =>
  ops.showTimeline({ key, source, topic: '', limit: 10 });
const saysOf = async (key: string) =>
  (await timelineOf(key)).consumers.flatMap(({ messages }) => messages.map(({ says }) => says));
const untilSays = (key: string, ...patterns: RegExp[]) =>
  waitFor(
    async () => {
      const says = await saysOf(key);
      expect(says).toEqual(patterns.map((pattern): unknown => expect.stringMatching(pattern)));
      return true;
    },
    { what: `the words on ${key}` },
  );
const redrive = (asked: Partial<Parameters<OpsUseCases['redriveDeadLetters']>[0]> = {}) =>
  ops.redriveDeadLetters({
    ...anyLetter,
    actor: 'anna',
    consumer: at.topic,
    eventId: '',
    maxLetters: 10,
    failedFrom: undefined,
    failedBefore: undefined,
    dryRun: false,
    ...asked,
  });
const discard = (eventId: string, dryRun = false) =>
  ops.discardDeadLetter({
    actor: 'anna',
    reason: 'paid back by hand',
    consumer: at.topic,
    eventId,
    dryRun,
  });
const audited = () =>
  at.query('SELECT operation, source, affected_rows, dry_run FROM ops.operations ORDER BY id');
const listLetters = async (includeSettled = false) => {
  const page = { ...anyLetter, before: undefined, limit: 10 };
  return (await ops.listDeadLetters({ ...page, includeSettled })).letters;
};

test('a timeline says what waits behind what, and until when', async () => {
  const [first, second] = [testEvent(order, 1), testEvent(order, 2)];
  at.start(failing(new Set([first.id])), { retry: { attempts: 3, baseMs: 60_000 } });
  await send(first, second, testEvent(other, 1));
  await untilSays(
    order,
    /^failed 1 time: Error: out of paint; is tried again in \d+ s$/,
    /^waits behind 1, which failed 1 time: Error: out of paint, is tried again in/,
  );
  await untilSays(other, /^handled; came from 0\/2 \S+ (ms|s|min) after it was emitted$/);
  const { consumers } = await timelineOf(order);
  expect(consumers).toMatchObject([
    { service: 'assembly', consumer: at.topic, topic: at.topic, positions: [{ sequence: 2n }] },
  ]);
  expect(consumers[0]!.messages.map(({ outcome }) => outcome)).toEqual(['PARKED', 'PARKED']);
  expect(consumers[0]!.messages.map(({ isStuck }) => isStuck)).toEqual([false, false]);
  expect(await ops.showInboxStatus()).toMatchObject([
    { consumer: at.topic, parkedKeys: 1, blockedKeys: 0, deadLetters: 0, isCapped: false },
  ]);
});

test('a redriven dead letter goes to the consumer that gave it up, and is kept as done', async () => {
  const [first, second] = [testEvent(order, 1), testEvent(order, 2)];
  const bad = new Set([first.id]);
  at.start(failing(bad), { retry: { attempts: 2, baseMs: 20 } });
  await send(first, second);
  await untilSays(
    order,
    /^given up after 2 attempts: Error: out of paint, since \d\d:\d\d UTC; later ones go on; redrive/,
    /^handled/,
  );
  expect(await redrive({ dryRun: true })).toMatchObject({ letters: [{ key: order }] });
  expect(await redrive({ reason: 'no such reason' })).toMatchObject({ letters: [] });
  expect(await at.effects(order)).toEqual([2]);
  bad.clear();
  expect(await redrive({ reason: 'PAINT' })).toMatchObject({
    letters: [{ eventId: first.id, topic: at.topic, key: order }],
    hasMore: false,
  });
  await untilSays(
    order,
    /^handled, redriven by anna at \d\d:\d\d UTC \(it was given up: E/,
    /^handled/,
  );
  expect(await at.effects(order)).toEqual([2, 1]);
  expect(await redrive()).toMatchObject({ letters: [] });
  const common = { operation: 'redrive-dead-letters', source: 'assembly' };
  expect(await audited()).toEqual([
    { ...common, affected_rows: 1, dry_run: true },
    { ...common, affected_rows: 0, dry_run: false },
    { ...common, affected_rows: 1, dry_run: false },
    { ...common, affected_rows: 0, dry_run: false },
  ]);
  await expect(discard(first.id)).rejects.toMatchObject({ reason: 'dead-letter-not-open' });
});

test('of a blocked key the first is redriven before those that wait behind it', async () => {
  const events = [1, 2, 3].map((sequence) => testEvent(order, sequence));
  const bad = new Set([events[0]!.id]);
  at.start(failing(bad), { retry: { attempts: 2, baseMs: 20 }, whenExhausted: 'block-key' });
  await send(...events);
  const behind = /^waits behind 1, which was given up after 2 attempts: Error: out of paint/;
  await untilSays(order, /^given up after 2 attempts: .*later ones wait; redrive/, behind, behind);
  const { consumers } = await timelineOf(order);
  expect(consumers[0]!.messages.map(({ isStuck }) => isStuck)).toEqual([true, true, true]);
  expect(await ops.showInboxStatus()).toMatchObject([{ parkedKeys: 1, blockedKeys: 1 }]);
  bad.clear();
  await redrive({ key: order });
  await untilSays(order, /^handled, redriven/, /^handled/, /^handled/);
  expect(await at.effects(order)).toEqual([1, 2, 3]);
});

test('one that is given up for ever lets the rest of its key go on', async () => {
  const [first, second] = [testEvent(order, 1), testEvent(order, 2)];
  const blocking = { retry: { attempts: 1, baseMs: 20 }, whenExhausted: 'block-key' as const };
  at.start(failing(new Set([first.id])), blocking);
  await send(first, second);
  await untilSays(order, /later ones wait/, /^waits behind 1/);
  await discard(first.id, true);
  expect(await discard(first.id)).toMatchObject({ eventId: first.id, key: order, sequence: 1n });
  await untilSays(
    order,
    /^given up for ever by anna on \d\d:\d\d UTC: paid back by hand \(Error: out of paint\)$/,
    /^handled/,
  );
  expect(await at.effects(order)).toEqual([2]);
  await expect(discard(first.id)).rejects.toMatchObject({ reason: 'dead-letter-not-open' });
  await expect(discard(newId())).rejects.toMatchObject({ reason: 'dead-letter-not-found' });
  await expect(discard('x')).rejects.toMatchObject({ reason: 'event-id-wrong' });
  expect(await audited()).toMatchObject([{ dry_run: true }, { dry_run: false, affected_rows: 1 }]);
});

test('poison is listed as it came, with its place; the timeline tells it, too', async () => {
  const poison = toTestMessage(testEvent('44', 1));
  at.start(noteEffects);
  await at.send([{ ...poison, value: Buffer.from([0xff, 0x00]) }]);
  await waitFor(async () => (await listLetters()).length === 1, { what: 'the dead letter' });
  const [letter] = await listLetters();
  expect(letter).toMatchObject({
    service: 'assembly',
    consumer: at.topic,
    topic: at.topic,
    partition: 0,
    offset: 0n,
    key: '44',
    source: 'order',
    sequence: 1n,
    eventType: 'order.v1.OrderPaid',
    valueBytes: 2,
    value: Buffer.from([0xff, 0x00]),
    error: expect.stringMatching(/^poison: /),
  });
  expect(letter!.headers).toMatchObject({ ce_subject: '44' });
  await untilSays(
    '44',
    /^given up: poison: .*, since \d\d:\d\d UTC; later ones go on; redrive or discard it$/,
  );
  await discard(letter!.eventId);
  expect(await listLetters()).toEqual([]);
  expect(await listLetters(true)).toMatchObject([{ discardedBy: 'anna' }]);
});

test('an edited copy goes to the consumer alone; what was received is kept, and who did it', async () => {
  const [first, second] = [testEvent(order, 1), testEvent(order, 2)];
  at.start(noteEffects);
  const good = String(toTestMessage(first).value);
  await send(second);
  await at.send([{ ...toTestMessage(first), value: '{"no' }]);
  await waitFor(async () => (await listLetters()).length === 1, { what: 'the dead letter' });
  const edit = (value: string, dryRun = false) =>
    ops.redriveEditedLetter({
      ...{ actor: 'anna', reason: 'cut off', consumer: at.topic, eventId: first.id },
      ...{ value, dryRun },
    });
  await expect(edit('{"no')).rejects.toMatchObject({ reason: 'value-not-json' });
  expect(await edit(good, true)).toMatchObject({ eventId: first.id, key: order });
  expect(await at.effects(order)).toEqual([2]);
  const { operationId } = await edit(good);
  await waitFor(async () => (await ops.followOperation(operationId)).through === 1, {
    what: 'the edited letter',
  });
  expect(await at.effects(order)).toEqual([2, 1]);
  const kept = await ops.showLetter({ consumer: at.topic, eventId: first.id });
  expect([String(kept.value), kept.redrivenBy]).toEqual(['{"no', 'anna']);
  const followed = await ops.followOperation(operationId);
  expect(followed).toMatchObject({
    editedValue: good,
    operation: { actor: 'anna', operation: 'edit-dead-letter' },
  });
  await expect(edit(good)).rejects.toMatchObject({ reason: 'dead-letter-not-open' });
});

test('dead letters come in pages, each once, the newest first', async () => {
  at.start(noteEffects);
  const keys = Array.from({ length: 7 }, (_, i) => `k${i}`);
  await at.send(keys.map((key) => ({ ...toTestMessage(testEvent(key, 1)), value: 'x' })));
  await waitFor(async () => (await listLetters()).length === 7, { what: 'the dead letters' });
  const filter = {
    ...anyLetter,
    consumer: at.topic,
    reason: 'poison',
    includeSettled: false,
    limit: 3,
  };
  const seen: DeadLetter[] = [];
  let before: Parameters<OpsUseCases['listDeadLetters']>[0]['before'];
  for (let hasMore = true; hasMore;) {
    const page = await ops.listDeadLetters({ ...filter, before });
    ({ hasMore } = page);
    before = page.letters.at(-1);
    seen.push(...page.letters);
  }
  expect(seen.map(({ key }) => key).toSorted()).toEqual(keys);
  const times = seen.map(({ failedAt }) => failedAt.getTime());
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  const batch = await redrive({ maxLetters: 5 });
  expect([batch.letters.length, batch.hasMore]).toEqual([5, true]);
});

test('without its audit entry nothing is redriven', async () => {
  at.start(noteEffects);
  await at.send([{ ...toTestMessage(testEvent('45', 1)), value: 'x' }]);
  await waitFor(async () => (await listLetters()).length === 1, { what: 'the dead letter' });
  const { eventId } = (await listLetters())[0]!;
  const asked = { consumer: at.topic, eventIds: [eventId], actor: 'anna' };
  const refused = redriveLetters({ pool })('assembly', asked, () => {
    throw new Error('no entry');
  });
  await expect(refused).rejects.toThrow('no entry');
  expect(await listLetters()).toHaveLength(1);
});

test('a consumer must be one that accepted something; timers of a key are listed', async () => {
  await expect(redrive()).rejects.toMatchObject({ reason: 'consumer-unknown' });
  await expect(redrive({ consumer: '' })).rejects.toMatchObject({ reason: 'consumer-missing' });
  const insert = `INSERT INTO assembly.timers (kind, key, due_at, payload, attempts, last_error)
    VALUES ($1, $5, clock_timestamp() + $2::interval, '{}', $3, $4)`;
  await at.query(insert, ['finish-build', '90 s', 0, null, order]);
  await at.query(insert, ['paint', '-30 s', 2, 'Error: no paint', order]);
  const { timers, consumers, entries } = await timelineOf(order, 'assembly');
  expect([consumers, entries]).toEqual([[], []]);
  expect(timers).toMatchObject([
    { kind: 'paint', says: expect.stringMatching(/^failed 2 times: Error: no paint; is tried ag/) },
    {
      service: 'assembly',
      kind: 'finish-build',
      says: expect.stringMatching(/^due in (1|2) min$/),
    },
  ]);
  await expect(timelineOf(order, 'nobody')).rejects.toMatchObject({ reason: 'source-unknown' });
});
