import { setTimeout as sleep } from 'node:timers/promises';
import { OrderEventSchema } from '#gen/pvz/v1/events_pb.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { startProcess, type TestProcess } from '../../testing/engines/process.ts';
import { waitFor } from '../../testing/wait-for.ts';
import type { Figure } from '../outbox/bench.ts';
import type { Environment } from '../outbox/environment.ts';
import { atMost, plain } from '../outbox/figures.ts';
import { percentile } from '../outbox/statistics.ts';

const perSecond = 50;
const seconds = 30;
const firstId = 5_000_000_000_000_000;
// so that no connection is opened, and nothing compiled, while it is measured
const warmUp = 250;

interface Line {
  msg?: string;
  time?: string;
  key?: string;
}

/** 50 orders a second: from the commit (`created_at` of the event) to the notifier's line. */
export const measureLive = async (
  environment: Environment,
  httpPort: number,
): Promise<Figure[]> => {
  const notifier = startNotifier(environment);
  await notifier.waitForLine((line) => line.includes('partitions assigned'));
  await placeSteadily(httpPort, firstId - warmUp, warmUp);
  const total = perSecond * seconds;
  await placeSteadily(httpPort, firstId, total);
  const linesOf = () => notifier.lines.filter(isLive).map((line) => JSON.parse(line) as Line);
  await waitFor(() => Promise.resolve(linesOf().length >= total), {
    what: `${total} lines of the notifier`,
    timeoutMs: 60_000,
  });
  const rows = await environment.query<{ key: string; at: Date }>(
    'SELECT key, created_at AS at FROM pvz.outbox WHERE key::bigint >= $1',
    [firstId],
  );
  const createdMs = new Map(rows.map(({ key, at }) => [key, at.getTime()]));
  const latencies = linesOf().map(
    ({ key = '', time = '' }) => Date.parse(time) - (createdMs.get(key) ?? NaN),
  );
  await notifier.stop();
  return [
    plain('50 orders/s, event created → line of the notifier: p50 ms', percentile(latencies, 0.5)),
    atMost(plain('the same: p99 ms', percentile(latencies, 0.99)), 200),
  ];
};

const placeSteadily = async (port: number, first: number, count: number): Promise<void> => {
  const startMs = performance.now();
  const calls: Promise<void>[] = [];
  for (let n = 0; n < count; n += 1) {
    await sleep(Math.max(0, startMs + (n * 1_000) / perSecond - performance.now()));
    calls.push(accept(port, first + n));
  }
  await Promise.all(calls);
};

const isLive = (line: string): boolean =>
  line.includes('"msg":"event"') && line.includes(`"key":"${String(firstId).slice(0, 5)}`);

const accept = async (port: number, orderId: number): Promise<void> => {
  const order = { order_id: orderId, user_id: 7, expires_at: '2099-01-01T00:00:00Z' };
  const response = await fetch(`http://127.0.0.1:${port}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...order, package: 'bag', weight: 2.5, price: 100 }),
  });
  if (response.status !== 201) throw new Error(`AcceptOrder was answered with ${response.status}`);
  await response.arrayBuffer();
};

const topic = topicOf(OrderEventSchema.typeName);

const startNotifier = ({ brokers }: Environment): TestProcess => {
  const settings = { NOTIFIER_TOPIC: topic, NOTIFIER_GROUP: 'pvz-notifier' };
  return startProcess({
    name: 'pvz-notifier',
    entry: 'services/notifier/main.ts',
    env: { KAFKA_BROKERS: brokers, HTTP_PORT: '0', LOG_FORMAT: 'json', ...settings },
  });
};
