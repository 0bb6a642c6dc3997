import { randomUUID } from 'node:crypto';
import { percentile } from '../bench/outbox/statistics.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { waitFor } from '../testing/wait-for.ts';
import { startSystem, type System } from '../testing/publisher/system.ts';
import { findFaults } from '../testing/yard/find-faults.ts';
import { allIds, paidIds } from '../testing/yard/place-orders.ts';
import { runYard } from '../testing/yard/run-yard.ts';
import { messagesOf, startYard, type Yard } from '../testing/yard/start-yard.ts';

// `make yard-load` sets higher values
const { YARD_RATE = '50', YARD_SECONDS = '10' } = process.env;
const [ordersPerSecond, seconds] = [Number(YARD_RATE), Number(YARD_SECONDS)];
const kerosene = '01970000-0000-7000-8000-000000000004';
const types = ['paid', 'assembled'];

let system: System;
let yard: Yard;

beforeAll(async () => {
  system = await startSystem();
  yard = await startYard(system);
});
afterAll(() => system.close());

const call = async (method: string, path: string, body?: object) => {
  const headers = { 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const response = await fetch(yard.order.url + path, { method, ...sent });
  const text = await response.text();
  const answer = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  return { status: response.status, answer };
};

test('an order that is paid is ASSEMBLED within its build time and a second, and two messages tell of it', async () => {
  const order = { user_id: randomUUID(), part_ids: [kerosene, kerosene] };
  const created = await call('POST', '/api/v1/orders', order);
  expect(created).toMatchObject({
    status: 201,
    answer: { status: 'PENDING_PAYMENT', items: [{ part_id: kerosene, quantity: 2 }] },
  });
  const id = created.answer['order_id'] as string;
  const startedMs = performance.now();
  const paid = await call('POST', `/api/v1/orders/${id}/pay`, { payment_method: 'SBP' });
  expect(paid).toMatchObject({ status: 200, answer: { transaction_id: expect.any(String) } });
  const isAssembled = async () =>
    (await call('GET', `/api/v1/orders/${id}`)).answer['status'] === 'ASSEMBLED';
  await waitFor(isAssembled, { what: 'the ship' });
  const tookMs = performance.now() - startedMs;
  const [build] = await system.query<{ seconds: number }>(
    'SELECT build_time_sec AS seconds FROM assembly.builds WHERE order_id = $1',
    [id],
  );
  expect(tookMs).toBeGreaterThanOrEqual(build!.seconds * 1_000);
  expect(tookMs).toBeLessThan((build!.seconds + 30) * 1_000);

  const told = () => messagesOf(yard).filter((message) => message.startsWith(id));
  await waitFor(() => told().length >= 2, { what: 'both messages' });
  expect(told()).toEqual(types.map((type) => `${id} ${type}`));
  expect(await call('GET', `/orders/${id}`)).toMatchObject({
    status: 200,
    answer: { status: 'assembled' },
  });
  const again = await call('POST', `/api/v1/orders/${id}/cancel`);
  expect(again).toMatchObject({ status: 409, answer: { code: 409 } });
});

test(
  'under load every order that is paid is ASSEMBLED, and each event told of once',
  async () => {
    const outcome = await runYard({
      load: {
        grpcUrl: yard.order.grpcUrl,
        httpUrl: yard.order.url,
        orders: ordersPerSecond * seconds,
        ordersPerSecond,
        outcomes: ['paid at once', 'paid later', 'paid at once', 'paid later', 'cancelled'],
      },
      inventoryUrl: yard.inventory.url,
      engines: {
        databaseUrl: system.database.adminUrl,
        brokers: system.brokers,
        kafka: createTestKafka(system.brokers),
      },
      limitMs: 60_000,
    });
    const [p50, p99] = [0.5, 0.99].map((share) => percentile(outcome.facts.overheadsMs, share));
    console.log(
      `${outcome.placed.perSecond.toFixed(0)} orders/s (wanted: ${YARD_RATE}) for ${YARD_SECONDS} s; payment → ASSEMBLED less the build: ` +
        `p50 ${p50?.toFixed(0) ?? ''} ms, p99 ${p99?.toFixed(0) ?? ''} ms`,
    );
    expect(findFaults(outcome)).toEqual([]);
    const paid = new Set(paidIds(outcome.placed));
    expect(allIds(outcome.placed)).toHaveLength(ordersPerSecond * seconds);
    const told = messagesOf(yard).filter((message) => paid.has(message.split(' ')[0]!));
    const expected = [...paid].flatMap((id) => types.map((type) => `${id} ${type}`));
    expect(told.sort()).toEqual(expected.sort());
  },
  3 * seconds * 1_000 + 120_000,
);
