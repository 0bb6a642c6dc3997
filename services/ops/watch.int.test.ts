import pg from 'pg';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import type { Pool } from '#platform/database/pool.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { createTestDatabase } from '../../testing/engines/database.ts';
import { openTestPool } from '../../testing/test-pool.ts';
import { openTimelineWatch } from './open-timeline-watch.ts';
import { idFrom } from './store/recent.ts';
import { systemsOf } from './systems.ts';
import type { ToldTimeline } from './usecases/tell-lifecycles.ts';
import type { TimelineWatch } from './usecases/watch-timelines.ts';
import { createUseCases } from './use-cases.ts';

const sources = ['assembly', 'booking', 'loms', 'order', 'payment', 'pvz', 'ticket'];
const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });
let admin: pg.Pool;
let pool: Pool;
let watching: Pool;
let ops: ReturnType<typeof createUseCases>;
let watch: TimelineWatch;
let statements = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = new pg.Pool({ connectionString: database.adminUrl, max: 2 });
  const url = database.urlFor('ops');
  pool = openTestPool(url);
  watching = openTestPool(url, 3);
  const systems = systemsOf(sources);
  const parts = { reading: pool, changing: pool, topics: [], sources, systems };
  const all = { ...parts, wakePublisher: () => undefined };
  ops = createUseCases(all);
  watching.on('acquire', () => {
    statements += 1;
  });
  watch = openTimelineWatch({ ...all, watching, logger });
});
afterAll(async () => {
  await watch.close();
  await Promise.all([admin.end(), pool.end(), watching.end()]);
});

const traceOf = (key: string) => key.padStart(32, 'a');
let lastOrder = 4_000;

/** One transaction of loms: a status of an order, and its event. */
const change = async (
  key: string,
  sequence: number,
  status: string,
  id = newId(),
): Promise<string> => {
  const client = await admin.connect();
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
     VALUES ($1, 1, $2, $3, now(), now()) ON CONFLICT (order_id) DO UPDATE SET status = $2, sequence = $3`,
    [key, status, sequence],
  );
  await client.query(
    `INSERT INTO loms.order_changes (order_id, sequence, status, moment) VALUES ($1, $3, $2, clock_timestamp())`,
    [key, status, sequence],
  );
  const headers = {
    traceparent: `00-${traceOf(key)}-00f067aa0ba902b7-01`,
    'correlation-id': `c-${key}`,
  };
  await client.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES ($1, 'loms.order-events', $2, $3, 'loms.v1.OrderStatusChanged', '{}', $4, $5, clock_timestamp())`,
    [id, key, sequence, headers, bucketOf(key)],
  );
  await client.query('COMMIT');
  client.release();
  return id;
};

const stepsOf = ({ lifecycles }: ToldTimeline): string =>
  lifecycles.flatMap(({ steps }) => steps.map(({ id, state }) => `${id} ${state}`)).join();

const never = new AbortController().signal;

/** Reads until the timeline is so; a change arrives by itself. */
const until = async (
  reading: AsyncGenerator<ToldTimeline>,
  is: (timeline: ToldTimeline) => boolean,
): Promise<ToldTimeline> => {
  for (;;) {
    const { value } = (await reading.next()) as { value: ToldTimeline };
    if (is(value)) return value;
  }
};

test('an order tells how far it is, at once and after each change', async () => {
  const key = String((lastOrder += 1));
  const reading = watch.watch(key, never);
  // nobody knows it yet
  expect((await reading.next()).value).toMatchObject({ lifecycles: [], entries: [] });
  await change(key, 1, 'new');
  const first = await until(reading, ({ entries }) => entries.length === 1);
  expect(stepsOf(first)).toBe('create DONE,reserve-stock RUNNING,pay TO_COME');
  const eventId = await change(key, 2, 'awaiting payment');
  const second = await until(reading, ({ entries }) => entries.length === 2);
  expect(stepsOf(second)).toBe('create DONE,reserve-stock DONE,pay RUNNING');
  expect(second.lifecycles[0]).toMatchObject({ system: 'loms', title: 'goods', hasEnded: false });
  await admin.query(
    `UPDATE loms.outbox SET status = 'FAILED', error = 'message-too-large', attempts = 5 WHERE id = $1`,
    [eventId],
  );
  const stuck = await until(reading, ({ whyStuck }) =>
    whyStuck.some((each) => /FAILED/.test(each)),
  );
  expect(stuck.whyStuck).toEqual([
    expect.stringMatching(
      /^The event OrderStatusChanged \(loms, sequence \d\) is not sent: FAILED after 5 attempts: message-too-large/,
    ),
  ]);
  await reading.return(undefined);
});

test('an event that was committed seconds after it was written is noticed', async () => {
  const key = String((lastOrder += 1));
  await change(key, 1, 'new');
  const reading = watch.watch(key, never);
  await until(reading, ({ entries }) => entries.length === 1);
  await change(key, 2, 'awaiting payment', idFrom(Date.now() - 5_000));
  await until(reading, ({ entries }) => entries.length === 2);
  await reading.return(undefined);
});

test('an event that is replayed or given up is noticed, too', async () => {
  const key = String((lastOrder += 1));
  const id = await change(key, 1, 'new');
  const mark = (status: string, sentAt: string) =>
    admin.query(
      `UPDATE loms.outbox SET status = $2::loms.outbox_status, sent_at = ${sentAt} WHERE id = $1`,
      [id, status],
    );
  await mark('COMPLETED', 'now()');
  const reading = watch.watch(key, never);
  const statusIs = (wanted: string) => (timeline: ToldTimeline) =>
    timeline.entries[0]?.event.status === wanted;
  await until(reading, statusIs('COMPLETED'));
  await mark('CREATED', 'NULL');
  await until(reading, statusIs('CREATED'));
  await admin.query(
    `UPDATE loms.outbox SET status = 'FAILED', error = 'message-too-large' WHERE id = $1`,
    [id],
  );
  await until(reading, statusIs('FAILED'));
  const asked = { actor: 'anna', reason: 'a test', source: 'loms', topic: '', key: '', id };
  await ops.discard({ ...asked, sequence: 0n, dryRun: false });
  await until(reading, statusIs('DISCARDED'));
  await reading.return(undefined);
});

test('what many watch is read once, and what nobody watches is not read', async () => {
  const key = String((lastOrder += 1));
  await change(key, 1, 'new');
  const readings = Array.from({ length: 50 }, () => watch.watch(key, never));
  const before = statements;
  for (const reading of readings) await until(reading, ({ entries }) => entries.length === 1);
  await change(key, 2, 'failed');
  await Promise.all(
    readings.map((reading) => until(reading, ({ lifecycles }) => lifecycles[0]?.hasEnded === true)),
  );
  // a search, and some rounds of one statement a schema and one reading
  expect(statements - before).toBeLessThan(50 * 10);
  await Promise.all(readings.map((reading) => reading.return(undefined)));
});

test('orders that are opened at once, which are searched for together, each show their own events', async () => {
  const keys = Array.from({ length: 30 }, () => String((lastOrder += 1)));
  const ids = await Promise.all(keys.map((key) => change(key, 1, 'new')));
  const readings = [...keys, 'nothing'].map((key) => watch.watch(key, never));
  const shown = await Promise.all(
    readings.map(async (reading) => (await reading.next()).value as ToldTimeline),
  );
  expect(shown.map(({ entries }) => entries.map(({ event }) => event.id))).toEqual([
    ...ids.map((id) => [id]),
    [],
  ]);
  await Promise.all(readings.map((reading) => reading.return(undefined)));
});

test('orders are found by whatever id somebody has at hand', async () => {
  const key = String((lastOrder += 1));
  const id = await change(key, 1, 'new');
  const found = { key, source: 'loms', title: 'goods', state: 'new' };
  expect(await ops.findOrders(` ${key} `)).toEqual([{ ...found, foundBy: 'order' }]);
  expect(await ops.findOrders(id.toUpperCase())).toEqual([{ ...found, foundBy: 'event' }]);
  expect(await ops.findOrders(`c-${key}`)).toEqual([{ ...found, foundBy: 'correlation' }]);
  for (const trace of [traceOf(key), `00-${traceOf(key)}-00f067aa0ba902b7-01`])
    expect(await ops.findOrders(trace)).toEqual([{ ...found, foundBy: 'trace' }]);
  expect(await ops.findOrders('nothing')).toEqual([]);
});
