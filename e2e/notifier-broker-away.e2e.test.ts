import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openProducer } from '#platform/messaging/kafka/producer.ts';
import { findFreePort } from '../testing/free-port.ts';
import { createTestKafka, createTestTopic } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { startKafka, type Kafka as Broker } from '../deploy/local/kafka.ts';
import {
  eventsOf,
  orderEvent,
  partitionsOf,
  publish,
  startNotifier,
} from '../testing/notifier/fixture.ts';

let folder: string;
let broker: Broker;
let ports: { port: number; controllerPort: number };

const startBroker = () =>
  startKafka({
    ...ports,
    dataDir: join(folder, 'kafka'),
    logFile: join(folder, 'kafka.log'),
    isThrowAway: true,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-broker-away-'));
  ports = { port: await findFreePort(), controllerPort: await findFreePort() };
  broker = await startBroker();
});

afterAll(async () => {
  broker.kill('SIGKILL');
  await broker.exited;
  await rm(folder, { recursive: true, force: true });
});

test('notifiers go on when the broker comes back, and one that was started without it joins', async () => {
  const { brokers } = broker;
  const kafka = createTestKafka(brokers);
  const topic = await createTestTopic(kafka, 2);
  const start = (replica: string) => startNotifier({ replica, brokers, topic, group: topic });
  const notifiers = [start('n1'), start('n2')];
  await waitFor(() => notifiers.every((each) => partitionsOf(each)?.length === 1), {
    what: 'one partition each',
    timeoutMs: 60_000,
  });
  await publish(kafka, topic, [orderEvent(1, 1), orderEvent(2, 1), orderEvent(3, 1)]);
  const seen = () =>
    new Set(notifiers.flatMap(eventsOf).map(({ key, sequence }) => `${key}-${sequence}`));
  await waitFor(() => seen().size === 3, { what: 'three events' });

  await broker.stop();
  notifiers.push(start('n3'));
  await notifiers[2]!.waitForLine((line) => line.includes('building a new one'));
  broker = await startBroker();
  await publish(kafka, topic, [orderEvent(1, 2), orderEvent(2, 2), orderEvent(3, 2)]);

  await waitFor(() => seen().size === 6, { what: 'six events', timeoutMs: 60_000 });
  await waitFor(
    () => {
      const shares = notifiers.map((each) => partitionsOf(each)?.join() ?? 'out');
      return shares.toSorted().join('|') === '|0|1';
    },
    { what: 'all three in the group', timeoutMs: 60_000 },
  );
  const exits = await Promise.all(notifiers.map((each) => each.stop()));
  expect(exits).toEqual(Array(3).fill({ code: 0, signal: null }));
  expect(
    notifiers.flatMap(eventsOf).filter(({ history }) => history === 'jump' || history === 'late'),
  ).toEqual([]);
});

test('a stop while the broker is unavailable ends cleanly', async () => {
  const { brokers } = broker;
  const topic = await createTestTopic(createTestKafka(brokers), 2);
  const notifier = startNotifier({ replica: 'n1', brokers, topic, group: topic });
  await waitFor(() => partitionsOf(notifier)?.length === 2, { what: 'both', timeoutMs: 60_000 });
  await broker.stop();
  expect(await notifier.stop()).toEqual({ code: 0, signal: null });
  broker = await startBroker();
});

test('a send that was given up is never written later', async () => {
  const kafka = createTestKafka(broker.brokers);
  const topic = await createTestTopic(kafka, 2);
  const producer = await openProducer({ kafka, deadlineMs: 5_000 });
  await broker.stop();
  const begun = performance.now();
  const sent = producer.send([{ topic, partition: 0, messages: [orderEvent(1, 1)] }], 500);
  await expect(sent).rejects.toMatchObject({ kind: 'away' });
  expect(performance.now() - begun).toBeLessThan(10_000);
  await producer.close(500);
  broker = await startBroker();

  const next = await openProducer({ kafka, deadlineMs: 5_000 });
  const probe = () => next.send([{ topic, partition: 0, messages: [orderEvent(1, 2)] }], 5_000);
  // This takes longer than kafkajs retries by itself. Each probe must be stored directly after the one before.
  for (let offset = 0n; offset < 30n; offset += 1n) {
    expect(await probe()).toEqual([{ topic, partition: 0, baseOffset: offset }]);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await next.close(2_000);
});
