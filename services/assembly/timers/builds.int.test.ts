import { Registry } from 'prom-client';
import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { waitFor } from '../../../testing/wait-for.ts';
import { startTimers, type RunningTimers } from '#platform/messaging/timer/start-timers.ts';
import { buildTimers } from './builds.ts';
import { saveStarted } from '../store/save-started.ts';
import { startBuilds, type PaidOrder } from '../usecases/start-builds.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const running: RunningTimers[] = [];
let pool: Pool;
let wakeUps = 0;

beforeAll(async () => {
  const url = (await createTestDatabase()).urlFor('assembly');
  pool = openTestPool(url);
});
beforeEach(() => pool.query('TRUNCATE assembly.builds, assembly.timers, assembly.outbox'));
afterEach(async () => {
  for (const timers of running.splice(0)) await timers.stop();
});
afterAll(() => pool.end());

const paidOrder = (headers: PaidOrder['headers'] = {}): PaidOrder => ({
  orderId: newId(),
  userId: newId(),
  headers,
});
const paidOrders = (count: number) => Array.from({ length: count }, () => paidOrder());
const start = (orders: readonly PaidOrder[], seconds = 0) =>
  withTransaction(pool, ({ client }) =>
    startBuilds({
      buildTime: { minSec: seconds, maxSec: seconds },
      random: Math.random,
      saveStarted: saveStarted(client),
    })(orders),
  );
const startBuildTimers = () => {
  const kinds = buildTimers({
    topic: 'ships',
    announce: { now: () => new Date(), newEventId: newId },
    wakePublisher: () => (wakeUps += 1),
  });
  running.push(startTimers({ pool, schema: 'assembly', logger, registry: new Registry(), kinds }));
};
const list = async <Row>(text: string): Promise<Row[]> => (await pool.query(text)).rows as Row[];
const countTimers = async () => (await list('SELECT FROM assembly.timers')).length;
const untilNoTimer = () =>
  waitFor(async () => (await countTimers()) === 0, { what: 'no timer', timeoutMs: 60_000 });
const listBuilds = () =>
  list<{ order_id: string; status: string; build_time_sec: number; sequence: bigint }>(
    'SELECT order_id, status, build_time_sec, sequence FROM assembly.builds ORDER BY order_id',
  );

test('a build is due when its time is over, by its timer too', async () => {
  const order = paidOrder({ 'correlation-id': 'c' });
  await start([order], 7);
  expect(await listBuilds()).toEqual([
    { order_id: order.orderId, status: 'BUILDING', build_time_sec: 7, sequence: 0n },
  ]);
  const timers = await list(
    `SELECT kind, key, payload, t.due_at = b.due_at AS agrees,
            extract(epoch FROM b.due_at - b.started_at)::int AS seconds
       FROM assembly.timers t JOIN assembly.builds b ON key = order_id::text`,
  );
  const timer = { kind: 'build', key: order.orderId, payload: order.headers };
  expect(timers).toEqual([{ ...timer, agrees: true, seconds: 7 }]);
});

test('a batch is kept in one statement; orders that have a build keep that one and its timer', async () => {
  const [old, ...others] = paidOrders(500);
  await start([old!], 600);
  await start([old!, ...others], 5);
  const builds = await listBuilds();
  expect(builds).toHaveLength(500);
  expect(builds.filter((build) => build.build_time_sec === 600)).toMatchObject([
    { order_id: old!.orderId },
  ]);
  const far = `SELECT key FROM assembly.timers WHERE due_at > now() + interval '60 s'`;
  expect(await list(far)).toEqual([{ key: old!.orderId }]);
  expect(await countTimers()).toBe(500);
});

test('when it is due: built, told of with its headers, and the publisher woken', async () => {
  const order = paidOrder({ 'correlation-id': 'c', 'causation-id': 'e' });
  await start([order]);
  const before = wakeUps;
  startBuildTimers();
  await untilNoTimer();
  expect(await listBuilds()).toMatchObject([{ status: 'COMPLETED', sequence: 1n }]);
  const events = await list(
    `SELECT topic, key, sequence, event_type, headers, payload->>'order_id' AS order_id,
            payload->>'user_id' AS user_id, payload->>'event_id' = id::text AS is_id
       FROM assembly.outbox`,
  );
  expect(events).toEqual([
    {
      topic: 'ships',
      key: order.orderId,
      sequence: 1n,
      headers: order.headers,
      event_type: 'assembly.v1.ShipAssembled',
      order_id: order.orderId,
      user_id: order.userId,
      is_id: true,
    },
  ]);
  await waitFor(() => wakeUps > before, { what: 'a wake-up after the commit' });
});

test('two processes end 1,000 builds at once, and orders are started again meanwhile: each is announced once', async () => {
  const orders = paidOrders(1_000);
  await start(orders);
  startBuildTimers();
  startBuildTimers();
  for (let at = 0; at < orders.length; at += 100) await start(orders.slice(at, at + 100));
  await untilNoTimer();
  expect((await listBuilds()).filter(({ status }) => status === 'COMPLETED')).toHaveLength(1_000);
  const told = await list('SELECT DISTINCT key FROM assembly.outbox');
  const rows = await list('SELECT FROM assembly.outbox');
  expect([told.length, rows.length]).toEqual([1_000, 1_000]);
});

test('a timer whose build has ended just ends', async () => {
  const order = paidOrder();
  await start([order]);
  await pool.query(`UPDATE assembly.builds SET status = 'COMPLETED', sequence = 1`);
  startBuildTimers();
  await untilNoTimer();
  expect(await list('SELECT FROM assembly.outbox')).toEqual([]);
});

test('a time of 1 s ends within milliseconds of it', async () => {
  startBuildTimers();
  await start(paidOrders(3), 1);
  await untilNoTimer();
  const late = await list<{ ms: number }>(
    `SELECT max(extract(epoch FROM completed_at - due_at) * 1000)::float8 AS ms FROM assembly.builds`,
  );
  expect(late[0]!.ms).toBeLessThan(5_000);
});
