import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { createTestKafka, createTestTopic } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import {
  eventsOf,
  linesOf,
  orderEvent,
  partitionsOf,
  publish,
  startNotifier,
} from '../testing/notifier/fixture.ts';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const timeoutMs = 600_000;
const kafka = createTestKafka(brokers);
const running: TestProcess[] = [];

const start = (topic: string, replica: string): TestProcess => {
  const notifier = startNotifier({ replica, brokers, topic, group: topic });
  running.push(notifier);
  return notifier;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((notifier) => notifier.stop()));
});

const settled = (notifiers: readonly TestProcess[], expected: number[][]) =>
  waitFor(
    () => {
      const shares = notifiers.map((each) => partitionsOf(each)?.toSorted() ?? ['out']);
      return JSON.stringify(shares.toSorted()) === JSON.stringify(expected.toSorted());
    },
    { what: `partitions ${JSON.stringify(expected)}`, timeoutMs: 60_000 },
  );

const orders = (from: number, to: number) => {
  const ids = Array.from({ length: to - from + 1 }, (_, n) => from + n);
  return [1, 2, 3].flatMap((sequence) => ids.map((id) => orderEvent(id, sequence)));
};

const seenBy = (notifiers: readonly TestProcess[]) =>
  new Set(notifiers.flatMap(eventsOf).map(({ key, sequence }) => `${key}-${sequence}`));

const allSeen = (notifiers: readonly TestProcess[], count: number) =>
  waitFor(() => seenBy(notifiers).size === count, {
    what: `${count} different events`,
    timeoutMs: 60_000,
  });

test(
  'of three replicas two share the partitions, and the third takes over when one is killed',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const notifiers = ['n1', 'n2', 'n3'].map((replica) => start(topic, replica));
    await settled(notifiers, [[], [0], [1]]);
    await publish(kafka, topic, orders(1, 100));
    await allSeen(notifiers, 300);

    const standBy = notifiers.find((each) => partitionsOf(each)?.length === 0)!;
    expect(linesOf(standBy).at(-1)).toMatchObject({ msg: 'standing by', partitions: [] });
    expect(eventsOf(standBy)).toEqual([]);

    const victim = notifiers.find((each) => partitionsOf(each)?.includes(1))!;
    victim.kill('SIGKILL');
    const killedAt = performance.now();
    await publish(kafka, topic, orders(101, 200));
    const survivors = notifiers.filter((each) => each !== victim);
    await settled(survivors, [[0], [1]]);
    await allSeen(notifiers, 600);
    expect(performance.now() - killedAt).toBeLessThan(60_000);

    const histories = new Set(notifiers.flatMap(eventsOf).map(({ history }) => history));
    for (const violation of ['jump', 'late']) expect(histories).not.toContain(violation);
  },
  timeoutMs,
);

test(
  'after a clean stop the next one goes on at the first event that was not handled',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const first = start(topic, 'first');
    await publish(kafka, topic, orders(1, 20));
    await allSeen([first], 60);
    expect(await first.stop()).toEqual({ code: 0, signal: null });
    expect(eventsOf(first)).toHaveLength(60);

    await publish(kafka, topic, [orderEvent(1, 4), orderEvent(2, 4)]);
    const second = start(topic, 'second');
    await allSeen([second], 2);
    expect(eventsOf(second).map(({ sequence, history }) => [sequence, history])).toEqual([
      [4, 'unknown'],
      [4, 'unknown'],
    ]);
    expect(await second.stop()).toEqual({ code: 0, signal: null });
  },
  timeoutMs,
);

test(
  'each event is one line with all that is known of it; disorder is loud, poison does not stop it',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const notifier = start(topic, 'n1');
    const poison = { ...orderEvent(7, 3), value: 'not JSON' };
    await publish(kafka, topic, [orderEvent(7, 1), orderEvent(7, 1), poison, orderEvent(7, 3)]);
    await publish(kafka, topic, [orderEvent(7, 2), orderEvent(7, 4)]);
    await waitFor(() => eventsOf(notifier).length === 5, {
      what: 'five events',
      timeoutMs: 60_000,
    });

    expect(eventsOf(notifier).map(({ sequence, history }) => [sequence, history])).toEqual([
      [1, 'ok'],
      [1, 'duplicate'],
      [3, 'jump'],
      [2, 'late'],
      [4, 'ok'],
    ]);
    expect(eventsOf(notifier)[0]).toMatchObject({
      level: 'info',
      msg: 'event',
      replica: 'n1',
      topic,
      offset: 0,
      key: '7',
      type: 'loms.v1.OrderStatusChanged',
      status: 'new',
      event: { order_id: 7, status: 'new', sequence: 1, source: 'loms' },
    });
    expect(eventsOf(notifier)[2]).toMatchObject({ level: 'error', msg: 'ORDER VIOLATION' });
    expect(linesOf(notifier).filter(({ reason }) => reason !== undefined)).toMatchObject([
      { level: 'error', topic, offset: 2, key: '7', reason: 'its value is not a JSON object' },
    ]);
  },
  timeoutMs,
);

test(
  'health and metrics tell what the lines tell',
  async () => {
    const topic = await createTestTopic(kafka, 2);
    const notifier = start(topic, 'n1');
    await publish(kafka, topic, [orderEvent(7, 1), orderEvent(7, 1), orderEvent(7, 3)]);
    await waitFor(() => eventsOf(notifier).length === 3, {
      what: 'three events',
      timeoutMs: 60_000,
    });
    const opened = JSON.parse(
      await notifier.waitForLine((line) => line.includes('HTTP is open')),
    ) as { port: number };
    const base = `http://127.0.0.1:${opened.port}`;
    expect((await fetch(`${base}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${base}/metrics`)).text();
    for (const line of [
      `notifier_events_total{topic="${topic}",partition="${partitionOf('7', 2)}"} 3`,
      `notifier_duplicates_total{topic="${topic}"} 1`,
      `order_violations_total{consumer="${topic}",topic="${topic}",reason="jump"} 1`,
      'notifier_assigned_partitions 2',
      'notifier_event_latency_seconds_count 3',
    ]) {
      expect(metrics).toContain(line);
    }
  },
  timeoutMs,
);
