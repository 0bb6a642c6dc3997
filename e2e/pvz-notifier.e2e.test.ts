import { newId } from '#platform/base/ids.ts';
import { cloudEventHeaders } from '#platform/messaging/event.ts';
import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import { openProducer, type OutgoingMessage } from '#platform/messaging/kafka/producer.ts';
import type { ServicePart } from '../deploy/local/part.ts';
import { loadSettings } from '../deploy/local/settings.ts';
import { topologyOf } from '../deploy/local/topology.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { eventsOf, linesOf } from '../testing/notifier/fixture.ts';
import { runService, untilReady } from '../testing/services/start-service.ts';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const kafka = createTestKafka(brokers);
const { env } = topologyOf(loadSettings({})).find(
  ({ name }) => name === 'pvz-notifier',
) as ServicePart;
const { NOTIFIER_TOPIC: topic = '', NOTIFIER_GROUP: group = '' } = env;
const timeoutMs = 60_000;

const running: TestProcess[] = [];
/** Starts the deployment with the settings that `make up` gives it; only broker and port are the test's. */
const start = (name: string): TestProcess => {
  const own = { KAFKA_BROKERS: brokers, HTTP_PORT: '0', LOG_LEVEL: 'info' };
  const notifier = runService('notifier', { ...env, ...own }, name);
  running.push(notifier);
  return notifier;
};
afterEach(async () => {
  await Promise.all(running.splice(0).map((notifier) => notifier.stop()));
});

const courier = { type: 'courier', id: 173 };
const client = { type: 'client', id: 7 };
const life = [
  ['order_accepted', 'accepted', courier],
  ['order_issued', 'issued', client],
  ['order_returned_by_client', 'returned_by_client', client],
  ['order_returned_to_courier', 'returned_to_courier', courier],
] as const;

/** All events of an order: the JSON of the contract, under the headers that the publisher writes. */
const eventsOfOrder = (id: number): OutgoingMessage[] =>
  life.map(([event_type, status, actor], index) => {
    const event_id = newId();
    const [timestamp, source] = ['2025-04-22T15:03:05Z', 'pvz-api'];
    const order = { id, user_id: '7', status };
    return {
      key: String(id),
      value: JSON.stringify({ event_id, event_type, timestamp, actor, order, source }),
      headers: cloudEventHeaders({
        id: event_id,
        source: 'pvz',
        type: 'pvz.v1.OrderEvent',
        time: '2025-04-22T15:03:05.678Z',
        subject: String(id),
        sequence: String(index + 1),
      }),
    };
  });
const eventsOfOrders = (from: number, to: number): OutgoingMessage[] =>
  Array.from({ length: to - from + 1 }, (_, n) => eventsOfOrder(from + n)).flat();

const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
  const producer = await openProducer({ kafka, deadlineMs: 60_000 });
  await producer
    .send([{ topic, partition: 0, messages: [...messages] }], 60_000)
    .finally(() => producer.close(2_000));
};

const committedOffset = async (): Promise<number> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const [found] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
    return Number(found?.partitions[0]?.offset);
  } finally {
    await admin.disconnect();
  }
};

const offsetsOf = (notifiers: readonly TestProcess[]): Set<number | undefined> =>
  new Set(notifiers.flatMap(eventsOf).map(({ offset }) => offset));

test('pvz-notifier logs the events of the pick-up point; one that follows a kill -9 leaves none out', async () => {
  const plan = { name: topic, partitions: 1, replication: 1, minInsync: 1, retentionMs: 3_600_000 };
  await ensureTopics({ kafka, plans: [plan], waitMs: 20_000 });
  const first = start('first');
  const one = eventsOfOrder(1);
  const poison = { key: '9', value: '{"order":{}}', headers: {} };
  // the publisher has given up the second event of order 1000
  const withGap = eventsOfOrder(1_000).filter((_, index) => index !== 1);
  await send([...one, poison, ...eventsOfOrders(2, 10), ...withGap]);
  await waitFor(() => eventsOf(first).length === 43, { what: 'the first events', timeoutMs });
  expect(eventsOf(first).slice(0, 4)).toMatchObject(
    life.map(([, status], index) => ({
      ...{ msg: 'event', replica: 'pvz-notifier', topic, partition: 0, offset: index, key: '1' },
      ...{ sequence: index + 1, type: 'pvz.v1.OrderEvent', status, history: 'ok' },
      event: JSON.parse(one[index]?.value as string) as object,
    })),
  );
  expect(linesOf(first).filter(({ reason }) => reason !== undefined)).toMatchObject([
    { msg: 'poison message, passed over', topic, partition: 0, offset: 4, key: '9' },
  ]);
  const ofGap = eventsOf(first).filter(({ key }) => key === '1000');
  expect(ofGap.map(({ msg, history }) => `${msg}: ${history}`)).toEqual([
    ...['event: ok', 'event: jump', 'event: ok'],
  ]);
  const { url } = await untilReady(first);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const labels = `consumer="${group}",topic="${topic}"`;
  expect(metrics).toContain(`order_gaps_total{${labels},reason="policy"} 1\n`);
  expect(metrics).not.toMatch(/order_violations_total\{.*\} [1-9]/);
  await waitFor(async () => (await committedOffset()) === 44, { what: 'the commit', timeoutMs });

  await send(eventsOfOrders(11, 500));
  await waitFor(() => eventsOf(first).length > 43, { what: 'one more event', timeoutMs });
  first.kill('SIGKILL');
  await first.exit;
  const handled = offsetsOf([first]).size;
  const second = start('second');
  const seen = () => offsetsOf([first, second]).size;
  await waitFor(() => seen() === 2_003, { what: 'all events', timeoutMs });
  const [next] = eventsOf(second);
  expect(next?.offset).toBeGreaterThanOrEqual(44);
  // the offset of the poison message counts, too
  expect(next?.offset).toBeLessThanOrEqual(handled + 1);
  const words = new Set([first, second].flatMap(eventsOf).map(({ msg }) => msg));
  expect(words).toEqual(new Set(['event']));
});
