import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { JsonValue } from '@bufbuild/protobuf';
import { newId } from '#platform/base/ids.ts';
import { breakBatch } from '../testing/break-batch.ts';
import { deleteRecordsBelow } from '../testing/delete-records.ts';
import { createTestTopic } from '../testing/kafka-topic.ts';
import { batchField, withCrc } from '../testing/record-batch.ts';
import { waitFor } from '../testing/wait-for.ts';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type InboxFixture,
} from '../testing/inbox/fixture.ts';
import { openAnswerCheck } from '../testing/openapi/answer-check.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { killLeftServices, launchService, portOf } from '../testing/services/start-service.ts';

let at: InboxFixture;
let ops: RunningOps;
const bad = new Set<string>();

beforeAll(async () => {
  at = await openInboxFixture();
  ops = await startOps(at.database.urlFor('ops'), 'assembly');
  at.start(
    async (tx, events) => {
      if (events.some(({ id }) => bad.has(id))) throw new Error('out of paint');
      await noteEffects(tx, events);
    },
    { retry: { attempts: 2, baseMs: 20 }, whenExhausted: 'block-key' },
  );
});
afterAll(async () => {
  await killLeftServices();
  await ops.kill();
  await at.close();
});

const lettersOf = async (...args: string[]) => {
  const { letters } = await ops.json('dead-letters', '--consumer', at.topic, ...args);
  return letters as { event_id: string; value: string; value_form: string }[];
};
/** Sends three events of an order; the first one fails and holds up the others. */
const block = async (): Promise<{ order: string; id: string }> => {
  const order = newId();
  const events = [1, 2, 3].map((sequence) => testEvent(order, sequence));
  const { id } = events[0]!;
  bad.add(id);
  await at.send(events.map(toTestMessage));
  const isBlocked = async () => (await lettersOf('--key', order)).length === 1;
  await waitFor(isBlocked, { what: `${order} to be blocked`, timeoutMs: 60_000 });
  return { order, id };
};
const untilEffects = async (order: string, ...sequences: number[]) => {
  const effects = async () => (await at.effects(order)).join();
  await waitFor(async () => (await effects()) === sequences.join(), { what: 'the effects' });
};
const done = () =>
  at.query('SELECT operation, actor, affected_rows FROM ops.operations WHERE NOT dry_run');

test('a blocked order says why on one screen; redriven, it is completed in order', async () => {
  const { order, id } = await block();
  const { code, stdout, stderr } = await ops.inorder('timeline', order);
  expect(code).toBe(0);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const words = stdout.replaceAll(/\s+/g, ' ');
  expect(words).toMatch(/1 DEAD ! given up after 2 attempts: Error: out of paint, since \d\d:\d\d/);
  expect(words).toMatch(/2 PARKED ! waits behind 1, which was given up after 2 attempts/);
  expect(words).toContain('has accepted up to sequence 3');
  const command = `dead-letters redrive --consumer ${at.topic} --key '${order}'`;
  expect(stderr).toContain(`./inorder ${command}`);
  const status = await ops.inorder('inbox', 'status');
  expect(status.stdout.split('\n')[1]).toMatch(/^\S+…?\s+1\s+1\s+[\d.]+ (ms|s)\s+0\s+1\s+20\d\d-/);

  const args = ['dead-letters', 'redrive', '--consumer', at.topic, '--key', order];
  expect(await ops.json(...args, '--dry-run')).toMatchObject({ letters: 1, dry_run: true });
  expect(await at.effects(order)).toEqual([]);
  bad.delete(id);
  expect(await ops.json(...args)).toMatchObject({ letters: 1, has_more: false });
  await untilEffects(order, 1, 2, 3);
  const timeline = await ops.inorder('timeline', order);
  expect(timeline.stdout.replaceAll(/\s+/g, ' ')).toContain('handled, redriven by anna at');
  const again = await ops.inorder(...args);
  expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('No dead letter fits') });
  expect(await done()).toMatchObject([
    { operation: 'redrive-dead-letters', actor: 'anna', affected_rows: 1 },
    { affected_rows: 0 },
  ]);
});

test('a dead letter that is given up lets the rest go on, and is remembered', async () => {
  const { order, id } = await block();
  const args = ['dead-letters', 'discard', id, '--consumer', at.topic, '--reason', 'built by hand'];
  const outcome = await ops.inorder(...args);
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('Gave up sequence 1') });
  await untilEffects(order, 2, 3);
  expect(await ops.inorder(...args)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('dead-letter-not-open'),
  });
  const { operations } = await ops.json('operations', '--operation', 'discard-dead-letter');
  expect(operations).toMatchObject([{ actor: 'anna', source: 'assembly', affected_rows: 1 }]);
});

test('a dead letter is shown whole, edited in a file, and tried with the edited value', async () => {
  const order = newId();
  const [wrong, next] = [1, 2].map((sequence) => testEvent(order, sequence));
  const broken = JSON.stringify({ note: 'x'.repeat(5_000) });
  await at.send([{ ...toTestMessage(wrong!), value: broken }, toTestMessage(next!)]);
  await waitFor(async () => (await lettersOf('--key', order)).length === 1, { what: 'a letter' });
  const of = [wrong!.id, '--consumer', at.topic];
  const shown = await ops.inorder('dead-letters', 'show', ...of);
  expect(shown.stdout).toContain(`value ${broken.length} bytes, JSON: ${broken}`);
  const alone = await ops.inorder('dead-letters', 'show', ...of, '--only-value');
  expect(alone).toMatchObject({ code: 0, stdout: `${broken}\n`, stderr: '' });

  const file = join(await mkdtemp(join(tmpdir(), 'inorder-edit-')), 'value.json');
  const edit = ['dead-letters', 'edit', ...of, '--value', file, '--reason', 'a lost value'];
  expect(await ops.inorder(...edit)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('value.json cannot be read'),
  });
  await writeFile(file, alone.stdout);
  expect(await ops.inorder(...edit)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('value-unchanged'),
  });
  const mended = String(toTestMessage(wrong!).value);
  await writeFile(file, `${mended}\n`);
  expect(await ops.json(...edit, '--dry-run')).toMatchObject({ key: order, dry_run: true });
  expect(await at.effects(order)).toEqual([]);
  const { operation_id: id } = await ops.json(...edit);
  await untilEffects(order, 1, 2);
  const followed = await ops.inorder('operation', String(id), '--follow');
  expect(followed.stdout).toMatch(/^All is through: 1 event\.$/m);
  expect(followed.stdout).toContain(`the edited value: ${mended}`);
  const kept = ['operations', '--operation', 'edit-dead-letter', '--dry-runs'];
  const { operations } = await ops.json(...kept);
  expect(operations).toMatchObject([{ id, dry_run: false }, { dry_run: true }]);
  await rm(dirname(file), { recursive: true });
});

test('a group of dead letters is redriven by its cause', async () => {
  const { order, id } = await block();
  const { stdout } = await ops.inorder('stuck', '--service', 'assembly');
  const group = stdout.split('\n\n').find((each) => each.includes('DEAD_LETTER')) ?? '';
  expect(group).toMatch(/^[0-9a-f]{8} {2}DEAD_LETTER {2}\S+ on \S+: Error: out of paint$/m);
  expect(group).toContain(`orders: ${order}`);
  const [, command = ''] = /\.\/inorder (dead-letters redrive --cause \S+)$/m.exec(group) ?? [];
  bad.delete(id);
  const { stdout: redriven } = await ops.inorder(...command.split(' '), '--yes');
  expect(redriven).toMatch(/^Redrove 1 dead letter;/);
  await untilEffects(order, 1, 2, 3);
});

test('poison is shown so that people can read it, and cannot move their cursor', async () => {
  const order = newId();
  const bytes = Buffer.from([0x1b, ...Buffer.from('[2J'), 0, 0xff, ...Buffer.alloc(120, 0x41)]);
  const poison = { ...toTestMessage(testEvent(order, 1)), value: bytes };
  const json = { ...toTestMessage(testEvent(order, 2)), value: '{"order_id": "?"}' };
  await at.send([poison]);
  await waitFor(async () => (await lettersOf('--key', order)).length === 1, { what: 'poison' });
  const shown = await ops.inorder('dead-letters', '--key', order);
  expect(shown.stdout).toMatch(/topic \S+ {2}partition 0 {2}offset \d+/);
  expect(shown.stdout).toContain('headers ce_');
  expect(shown.stdout).toContain(
    '    0000  1b 5b 32 4a 00 ff 41 41 41 41 41 41 41 41 41 41  |.[2J..AAAAAAAAAA|',
  );
  expect(shown.stdout).toContain('… of 126 bytes');
  expect(shown.stdout).not.toContain('\u001b');
  // the first event blocks its order
  const { event_id: id } = (await lettersOf('--key', order))[0]!;
  await ops.json('dead-letters', 'discard', id, '--consumer', at.topic, '--reason', 'rubbish');
  await at.send([json]);
  await waitFor(async () => (await lettersOf('--key', order)).length === 1, { what: 'more' });
  expect(await lettersOf('--key', order)).toMatchObject([
    { value: '{"order_id": "?"}', value_form: 'json' },
  ]);
  expect(await lettersOf('--key', order, '--all')).toHaveLength(2);
});

test('what is asked wrongly changes nothing and says what is wrong', async () => {
  const before = await done();
  const discard = ['dead-letters', 'discard'];
  const cases: [number, RegExp, ...string[]][] = [
    [2, /Say which/, 'dead-letters', 'redrive'],
    [2, /consumer-unknown.*there is: /, 'dead-letters', 'redrive', '--consumer', 'nobody'],
    [2, /event-id-wrong/, 'dead-letters', 'redrive', 'x'],
    [2, /unknown option/, 'dead-letters', '--force'],
    [2, /too many arguments/, 'dead-letters', 'redriev'],
    [2, /--reason/, ...discard, newId()],
    [2, /event-id-wrong/, ...discard, 'x', '--reason', 'some reason'],
    [1, /dead-letter-not-found/, ...discard, newId(), '--reason', 'some reason'],
    [1, /no event of order/, 'timeline', 'no-such-order'],
  ];
  for (const [code, words, ...args] of cases) {
    const outcome = await ops.inorder(...args);
    expect([args, outcome.code, outcome.stderr]).toEqual([
      args,
      code,
      expect.stringMatching(words),
    ]);
    expect(outcome.stdout).toBe('');
  }
  expect(await done()).toEqual(before);
});

test('more than one order needs a yes; a rate holds it back', async () => {
  const orders = [await block(), await block(), await block()];
  const args = ['dead-letters', 'redrive', '--consumer', at.topic, '--reason', 'out of paint'];
  const unsure = await ops.inorder(...args);
  expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') });
  bad.clear();
  const outcome = await ops.inorder(...args, '--yes', '--rate', '2');
  expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining('Redrove 3 dead') });
  expect(outcome.stderr).toContain('2 dead letters so far');
  for (const { order } of orders) await untilEffects(order, 1, 2, 3);
});

test('REST answers as /openapi.json says', async () => {
  const check = await openAnswerCheck(ops.server);
  const { order, id } = await block();
  const ask = async (verb: 'GET' | 'POST', path: string, request?: object) => {
    const headers = { 'content-type': 'application/json' };
    const body = request === undefined ? null : JSON.stringify(request);
    const response = await fetch(ops.server + path, { method: verb, headers, body });
    const answer = (await response.json()) as JsonValue;
    check({ verb, path: path.replace(/[?].*/, ''), status: response.status, body: answer });
    return response.status;
  };
  expect(await ask('GET', '/ops/inbox/status')).toBe(200);
  expect(await ask('GET', `/ops/dead-letters?key=${order}&include_settled=true`)).toBe(200);
  expect(await ask('GET', `/ops/orders/${order}/timeline`)).toBe(200);
  const one = { actor: 'anna', consumer: at.topic, event_id: id };
  expect(await ask('POST', '/ops/dead-letters/redrive', { ...one, dry_run: true })).toBe(200);
  const discard = { ...one, reason: 'end of the test' };
  expect(await ask('POST', '/ops/dead-letters/discard', discard)).toBe(200);
  expect(await ask('POST', '/ops/dead-letters/discard', discard)).toBe(412);
  await untilEffects(order, 2, 3);
});

const unknownCodec = (batch: Buffer) =>
  void withCrc(batch.fill(6, batchField.attributes + 1, batchField.attributes + 2));

test('a partition that a consumer holds is named in the timeline of its orders and in the status, through a kill -9', async () => {
  const topic = await createTestTopic(at.kafka, 1);
  const order = newId();
  const messages = [1, 2].map((sequence) => toTestMessage(testEvent(order, sequence)));
  for (const message of messages) await at.send([message], 0, topic);
  await breakBatch({ topic, partition: 0 }, 1n, unknownCodec);
  const launch = () =>
    launchService('assembly', {
      DATABASE_URL: at.database.urlFor('assembly'),
      KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'] ?? '',
      KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: topic,
      KAFKA_ASSEMBLY_CONSUMER_GROUP_ID: topic,
      SESSION_TIMEOUT_MS: '1000',
    });
  const wordsOf = async (...args: string[]) =>
    (await ops.inorder(...args)).stdout.replaceAll(/\s+/g, ' ');
  const named = `held at ${topic}/0 offset 1 since`;
  const isNamed = async () => (await wordsOf('timeline', order)).includes(named);
  const holder = launch();
  await waitFor(isNamed, { what: 'the hold to be named', intervalMs: 500, timeoutMs: 120_000 });
  holder.kill('SIGKILL');
  await holder.exit;
  // no consumer has read the message since
  expect(await wordsOf('timeline', order)).toMatch(/unknown codec, 6 \(tried \d+ times?, \d/);
  expect(await wordsOf('inbox', 'status')).toContain(`${topic} is ${named}`);
  const { consumers } = await ops.json('inbox', 'status');
  expect(consumers).toContainEqual(
    expect.objectContaining({
      service: 'assembly',
      consumer: topic,
      held_partitions: [expect.objectContaining({ topic, partition: 0, offset: 1 })],
    }),
  );
  const check = await openAnswerCheck(ops.server);
  for (const path of ['/ops/inbox/status', `/ops/orders/${order}/timeline`]) {
    const body = (await (await fetch(ops.server + path)).json()) as JsonValue;
    expect(JSON.stringify(body)).toContain(named);
    check({ verb: 'GET', path, status: 200, body });
  }
  await deleteRecordsBelow(at.kafka, { topic, partition: 0 }, 2);
  const successor = launch();
  const isOver = async () => !(await isNamed());
  await waitFor(isOver, { what: 'it to be named no longer', intervalMs: 500, timeoutMs: 120_000 });
  successor.kill('SIGKILL');
  await successor.exit;
});

test('while its consumer holds a partition the servers of order serve, and /readyz names it', async () => {
  const topic = await createTestTopic(at.kafka, 1);
  await at.send([toTestMessage(testEvent(newId(), 1))], 0, topic);
  await breakBatch({ topic, partition: 0 }, 0n, unknownCodec);
  const order = launchService('order', {
    DATABASE_URL: at.database.urlFor('order'),
    KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'] ?? '',
    KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: topic,
    KAFKA_ORDER_CONSUMER_GROUP_ID: topic,
  });
  const url = `http://127.0.0.1:${await portOf(order, 'HTTP is open')}/readyz`;
  const readiness = async () => {
    const answer = await fetch(url);
    const { checks } = (await answer.json()) as { checks: Record<string, string> };
    return `${answer.status} ${checks['group']}`;
  };
  const named = `200 partition 0 of ${topic} is held at offset 0: `;
  await waitFor(async () => (await readiness()).startsWith(named), { what: 'it to be named' });
  await deleteRecordsBelow(at.kafka, { topic, partition: 0 }, 1);
  await waitFor(async () => (await readiness()) === '200 ok', { what: 'it to go on' });
  order.kill('SIGKILL');
  await order.exit;
});
