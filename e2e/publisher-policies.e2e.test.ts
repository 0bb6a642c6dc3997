import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigResourceTypes } from 'kafkajs';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { outboxRowsOf } from '../testing/publisher/outbox-rows.ts';
import { startSystem, type System } from '../testing/publisher/system.ts';
import type { TestProcess } from '../testing/engines/process.ts';

const topics = { blocking: 'test.blocking', skipping: 'test.skipping', pvz: 'test.pick-up' };
const common = 'owner: test, partitions: 2, retention: 1h';
const manifest = `
profiles:
  local: { replication: 1, min_insync: 1 }
  cluster: { replication: 3, min_insync: 2 }
topics:
  - { name: ${topics.blocking}, ${common}, publish: { kind: default, max_attempts: 2 } }
  - { name: ${topics.skipping}, ${common}, publish: { kind: skip, max_attempts: 2 } }
  - { name: ${topics.pvz}, ${common}, publish: { kind: pvz } }
`;

let folder: string;
let system: System;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-policies-'));
  const topicsFile = join(folder, 'topics.yaml');
  await writeFile(topicsFile, manifest);
  system = await startSystem({ topicsFile });
});
afterEach(() => system.endWorkers());
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true, force: true });
});

const { insert, rowsOf, haveStatus, deliveredOf } = outboxRowsOf(() => system);

/** Watches the first row of a key until it is FAILED, and returns when each attempt was counted. */
const watchAttempts = async (topic: string, key: string): Promise<Map<number, number>> => {
  const attempts = new Map<number, number>();
  const look = async () => {
    const [row] = await rowsOf(topic, key);
    if (row?.attemptedMs != null) attempts.set(row.attempts, row.attemptedMs);
    return row?.status === 'FAILED';
  };
  await waitFor(look, { what: `${key} to fail`, timeoutMs: 60_000 });
  return attempts;
};
const expectThreeApart = (attempts: Map<number, number>) => {
  expect([...attempts.keys()]).toEqual([1, 2, 3]);
  const [first = 0, second = 0, third = 0] = attempts.values();
  expect(second - first).toBeGreaterThanOrEqual(2_000);
  expect(third - second).toBeGreaterThanOrEqual(2_000);
};
const stopCleanly = async (publisher: TestProcess) =>
  expect(await publisher.stop()).toEqual({ code: 0, signal: null });

test('one request, three policies: the key of a refused event is blocked or goes on, all others go out', async () => {
  const admin = createTestKafka(system.brokers).admin();
  await admin.connect();
  await admin.alterConfigs({
    validateOnly: false,
    resources: Object.values(topics).map((name) => ({
      type: ConfigResourceTypes.TOPIC,
      name,
      configEntries: [{ name: 'max.message.bytes', value: '5000' }],
    })),
  });
  await admin.disconnect();
  const names = Object.values(topics);
  // the broker, and only the broker, refuses the second event of each key
  const events = [1, 2, 3, 4].flatMap((sequence) =>
    names.flatMap((topic) => [
      { topic, key: 'refused', sequence, bytes: sequence === 2 ? 6_000 : 1 },
      { topic, key: 'fine', sequence },
    ]),
  );
  await insert(...events);
  const publisher = await system.startPublisher('publisher');
  for (const topic of names) await haveStatus(topic, 'fine', Array<string>(4).fill('COMPLETED'));
  await system.drained();
  const refused = { status: 'FAILED', attempts: 2, error: 'message-too-large', lastError: null };
  const completed = { status: 'COMPLETED', attempts: 0, error: null, isWaiting: false };
  const waiting = { status: 'CREATED', attempts: 0, error: null, isWaiting: true };
  const noneLeft = { attempts: 3, error: 'NO_ATTEMPTS_LEFT', lastError: 'message-too-large' };
  expect(await rowsOf(topics.blocking, 'refused')).toMatchObject([
    ...[completed, refused, waiting, waiting],
  ]);
  expect(await rowsOf(topics.skipping, 'refused')).toMatchObject([
    ...[completed, refused, completed, completed],
  ]);
  expect(await rowsOf(topics.pvz, 'refused')).toMatchObject([
    ...[completed, { ...noneLeft, status: 'FAILED' }, completed, completed],
  ]);
  expect(await deliveredOf(topics.blocking, 'refused')).toEqual([1]);
  expect(await deliveredOf(topics.skipping, 'refused')).toEqual([1, 3, 4]);
  expect(await deliveredOf(topics.pvz, 'refused')).toEqual([1, 3, 4]);
  for (const topic of names) expect(await deliveredOf(topic, 'fine')).toEqual([1, 2, 3, 4]);
  await stopCleanly(publisher);
});

test('pvz burns its attempts while the broker is unavailable, and only pvz', async () => {
  const publisher = await system.startPublisher('publisher');
  await system.broker().stop();
  await insert(
    { topic: topics.pvz, key: 'away', sequence: 1 },
    { topic: topics.blocking, key: 'away', sequence: 1 },
    { topic: topics.skipping, key: 'away', sequence: 1 },
  );
  expectThreeApart(await watchAttempts(topics.pvz, 'away'));
  const [failed] = await rowsOf(topics.pvz, 'away');
  expect(failed).toMatchObject({ attempts: 3, error: 'NO_ATTEMPTS_LEFT' });
  expect(failed?.lastError).toMatch(/^(connection|deadline): /);
  await publisher.waitForLine((line) => line.includes('no attempts left') && line.includes('away'));
  for (const topic of [topics.blocking, topics.skipping])
    expect(await rowsOf(topic, 'away')).toMatchObject([{ status: 'CREATED', attempts: 0 }]);

  await system.startBroker();
  await insert({ topic: topics.pvz, key: 'away', sequence: 2 });
  await haveStatus(topics.pvz, 'away', ['FAILED', 'COMPLETED']);
  for (const topic of [topics.blocking, topics.skipping])
    await haveStatus(topic, 'away', ['COMPLETED']);
  expect(await deliveredOf(topics.pvz, 'away')).toEqual([2]);
  await stopCleanly(publisher);
});
