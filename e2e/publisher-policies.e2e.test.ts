import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigResourceTypes } from 'kafkajs';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { readTopic } from '../testing/checker/read-topic.ts';
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

interface Event {
  topic: string;
  key: string;
  sequence: number;
  bytes?: number;
}

const insert = (...events: Event[]) =>
  system.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT id, topic, key, sequence, 'T', jsonb_build_object('padding', repeat('x', bytes)), '{}', bucket,
            clock_timestamp()
       FROM jsonb_to_recordset($1::jsonb)
         AS e(id uuid, topic text, key text, sequence bigint, bytes integer, bucket smallint)`,
    [
      JSON.stringify(
        events.map((event) => ({ bytes: 1, ...event, id: newId(), bucket: bucketOf(event.key) })),
      ),
    ],
  );

interface Row {
  sequence: number;
  status: string;
  attempts: number;
  error: string | null;
  isWaiting: boolean;
  lastError: string | null;
  attemptedMs: number | null;
}

const rowsOf = (topic: string, key: string): Promise<Row[]> =>
  system.query<Row>(
    `SELECT sequence::int, status, attempts, error, is_waiting AS "isWaiting", headers ->> 'last_error' AS "lastError",
            (extract(epoch FROM last_attempt_at) * 1000)::float8 AS "attemptedMs"
       FROM loms.outbox WHERE topic = $1 AND key = $2 ORDER BY sequence`,
    [topic, key],
  );
/**
 * The sequences in the order of their first delivery. An event that shared a request with a refused message may come
 * twice.
 */
const deliveredOf = async (topic: string, key: string): Promise<number[]> => {
  const deliveries = (await readTopic(system.brokers, topic)).filter((each) => each.key === key);
  return [...new Set(deliveries.map(({ sequence }) => sequence))];
};
const haveStatus = (topic: string, key: string, statuses: string[], timeoutMs = 30_000) =>
  waitFor(
    async () => {
      const found = (await rowsOf(topic, key)).map(({ status }) => status);
      if (found.join() !== statuses.join()) throw new Error(`${key}: ${found.join()}`);
      return true;
    },
    { what: `${key} to be ${statuses.join()}`, timeoutMs },
  );

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

test('pvz: a rest outlives the publisher that counted the attempt', async () => {
  const first = await system.startPublisher('first');
  await insert({ topic: topics.pvz, key: 'restarted', sequence: 1, bytes: 1_000_000 });
  const watching = watchAttempts(topics.pvz, 'restarted');
  await waitFor(async () => (await rowsOf(topics.pvz, 'restarted'))[0]?.attempts === 1, {
    what: 'the first attempt',
  });
  await stopCleanly(first);
  const second = await system.startPublisher('second');
  expectThreeApart(await watching);
  expect(await rowsOf(topics.pvz, 'restarted')).toMatchObject([
    { status: 'FAILED', error: 'NO_ATTEMPTS_LEFT', lastError: 'message-too-large' },
  ]);
  await stopCleanly(second);
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

test('pvz: what a killed publisher left PROCESSING is taken up again', async () => {
  const killed = await system.startPublisher('killed');
  // A broker that is stopped keeps the send in progress, and so the row unchanged.
  system.broker().kill('SIGSTOP');
  try {
    await insert({ topic: topics.pvz, key: 'killed', sequence: 1 });
    await haveStatus(topics.pvz, 'killed', ['PROCESSING']);
    killed.kill('SIGKILL');
    await killed.exit;
    expect(await rowsOf(topics.pvz, 'killed')).toMatchObject([
      { status: 'PROCESSING', attempts: 0, error: null },
    ]);
  } finally {
    system.broker().kill('SIGCONT');
  }
  await insert({ topic: topics.pvz, key: 'killed', sequence: 2 });
  const next = await system.startPublisher('next');
  await haveStatus(topics.pvz, 'killed', ['COMPLETED', 'COMPLETED']);
  expect(await deliveredOf(topics.pvz, 'killed')).toEqual([1, 2]);
  await stopCleanly(next);
});
