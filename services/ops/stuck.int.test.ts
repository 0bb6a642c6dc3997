import { createTestDatabase } from '../../testing/engines/database.ts';
import { openTestPool } from '../../testing/test-pool.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { OpsUseCases } from './rpc/ops-service.ts';
import { systemsOf } from './systems.ts';
import { createUseCases } from './use-cases.ts';

const topic = 'loms.order-events';
let admin: Pool;
let pool: Pool;
let ops: OpsUseCases;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = openTestPool(database.adminUrl);
  pool = openTestPool(database.urlFor('ops'));
  const parts = {
    reading: pool,
    changing: pool,
    topics: [],
    sources: ['loms', 'assembly', 'booking'],
  };
  const systems = systemsOf(['booking']);
  ops = createUseCases({ ...parts, systems, wakePublisher: () => undefined });
});
afterAll(() => Promise.all([admin.end(), pool.end()]));
beforeEach(() =>
  admin.query(`TRUNCATE loms.outbox, loms.outbox_failed, assembly.inbox_parked, assembly.inbox_parked_keys,
    assembly.inbox_dead_letters, assembly.inbox_held_partitions, booking.orders, booking.facts, ops.operations, ops.ignored`),
);

// A redrive takes what failed before the millisecond in which it began, so all here fails a second ago.

/** FAILED events of as many orders, one each; the last one failed a second ago. */
const fail = (orders: number, error: string, prefix: string) =>
  admin.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
       status, error, attempts, last_attempt_at)
     SELECT uuidv7(), '${topic}', $3 || n, 1, 'T', '{}', '{}', n % 64, clock_timestamp(),
            'FAILED', $2, 5, clock_timestamp() - make_interval(secs => $1 - n + 1)
       FROM generate_series(1, $1::integer) n`,
    [orders, error, prefix],
  );
const giveUp = (orders: number, error: string, prefix: string) =>
  admin.query(
    `INSERT INTO assembly.inbox_dead_letters (event_id, consumer, topic, key, source, sequence, event_type,
       partition, "offset", key_bytes, value, headers, attempts, error, failed_at)
     SELECT uuidv7(), 'assembly-service', 'order.events', $3 || n, 'order', 1, 'T', 0, n, 'k', '{}', '{}', 3, $2,
            clock_timestamp() - interval '1 s' FROM generate_series(1, $1::integer) n`,
    [orders, error, prefix],
  );
const park = (orders: number, error: string, prefix: string) =>
  admin.query(
    `WITH keys AS (INSERT INTO assembly.inbox_parked_keys (consumer, topic, key, due_at)
       SELECT 'assembly-service', 'order.events', $3 || n, clock_timestamp() FROM generate_series(1, $1::integer) n
       RETURNING consumer, topic, key)
     INSERT INTO assembly.inbox_parked (event_id, consumer, topic, key, partition, "offset", key_bytes, value, headers, attempts, error)
     SELECT uuidv7(), consumer, topic, key, 0, 1, 'k', '{}', '{}', 1, $2 FROM keys`,
    [orders, error, prefix],
  );
const groups = async (service = '') =>
  (await ops.listStuck(service)).groups.map(({ kind, reason, orders }) => [kind, reason, orders]);

test('what is stuck comes in groups by cause: the first line of the error', async () => {
  await fail(3, 'message-too-large', 'a');
  await fail(2, 'unknown-topic\nat line 1', 'b');
  await giveUp(4, 'Error: no paint\n    at handle (one.ts:1)', 'c');
  await giveUp(1, 'Error: no paint\n    at handle (two.ts:2)', 'd');
  await park(2, 'Error: busy', 'e');
  expect(await groups()).toEqual([
    ['DEAD_LETTER', 'Error: no paint', 5],
    ['FAILED', 'message-too-large', 3],
    ['FAILED', 'unknown-topic', 2],
    ['PARKED', 'Error: busy', 2],
  ]);
  expect(await groups('loms')).toHaveLength(2);
  await expect(groups('nobody')).rejects.toMatchObject({ reason: 'source-unknown' });
  const { groups: all } = await ops.listStuck('');
  expect(all[1]).toMatchObject({
    ...{ service: 'loms', topic, sample: ['a1', 'a2', 'a3'], failedAgain: 0, isCapped: false },
    says: '3 orders of loms have an event that cannot be sent to loms.order-events; what comes later in them waits. Let the topic take messages of that size (max.message.bytes), then redrive.',
  });
  expect(all[0]).toMatchObject({ service: 'assembly', consumer: 'assembly-service', events: 5 });
});

test('a partition that is held comes before all orders', async () => {
  await fail(3, 'message-too-large', 'a');
  await admin.query(
    `INSERT INTO assembly.inbox_held_partitions (consumer, topic, partition, "offset", error, attempts, since, tried_at)
     VALUES ('assembly-service', 'order.events', 1, 7, 'codec', 3, clock_timestamp(), clock_timestamp())`,
  );
  const { groups: all } = await ops.listStuck('');
  expect(all[0]).toMatchObject({ kind: 'HELD', partition: 1, reason: 'codec', orders: 0 });
});

const redrive = (reason: string) =>
  ops.redrive({
    ...{ actor: 'anna', source: 'loms', topic, key: '', reason, maxKeys: 500, dryRun: false },
    ...{ failedFrom: undefined, failedBefore: undefined },
  });
const anyLetter = { topic: '', key: '', reason: '', eventId: '', maxLetters: 500, dryRun: false };
const anyTime = { failedFrom: undefined, failedBefore: undefined };

test('a group is redriven by its cause alone, and what failed again after that is marked', async () => {
  await fail(2, 'unknown-topic\nat line 1', 'a');
  await fail(2, 'unknown-topic again', 'b');
  expect(await redrive('unknown-topic')).toMatchObject({ failedRows: 2 });
  await admin.query(
    `UPDATE loms.outbox SET status = 'FAILED', error = 'unknown-topic',
            last_attempt_at = (SELECT at FROM ops.operations) -- within the millisecond of the redrive
      WHERE key = 'a1'`,
  );
  const { groups: all } = await ops.listStuck('loms');
  expect(all).toMatchObject([
    { reason: 'unknown-topic again', orders: 2, failedAgain: 0 },
    { reason: 'unknown-topic', orders: 1, failedAgain: 1 },
  ]);
  await giveUp(2, 'no paint\nat line 1', 'c');
  await giveUp(1, 'no paint left', 'd');
  const of = { actor: 'anna', consumer: 'assembly-service', firstLine: 'no paint' };
  const redriven = await ops.redriveDeadLetters({ ...anyLetter, ...anyTime, ...of });
  expect(redriven.letters.map(({ key }) => key)).toEqual(['c1', 'c2']);
});

test('a cause is ignored until a time, by whom and why, and comes back', async () => {
  await fail(2, 'message-too-large', 'a');
  const [group] = (await ops.listStuck('')).groups;
  const cause = group!.cause;
  const until = new Date(Date.now() + 3_600_000);
  const ignore = (end: Date | undefined) =>
    ops.ignoreCause({ actor: 'anna', cause, until: end, reason: 'a fix is under way' });
  await ignore(until);
  expect(await ops.listStuck('')).toMatchObject({
    groups: [],
    ignored: [{ orders: 2, ignored: { by: 'anna', reason: 'a fix is under way', until } }],
  });
  await ignore(undefined);
  expect(await groups()).toEqual([['FAILED', 'message-too-large', 2]]);
  const kept = await admin.query(
    `SELECT arguments->>'reason' AS reason FROM ops.operations WHERE operation = 'ignore'`,
  );
  expect(kept.rows).toEqual([{ reason: 'message-too-large' }, { reason: 'message-too-large' }]);
  const wrong = ops.ignoreCause({ actor: 'anna', cause: 'x', until, reason: 'why' });
  await expect(wrong).rejects.toMatchObject({ reason: 'cause-wrong' });
  const late = ignore(new Date('2100-01-01T00:00:00Z'));
  await expect(late).rejects.toMatchObject({ reason: 'until-too-late' });
});

test('orders that have not ended in time come by the missing step and who owes it', async () => {
  const { rows } = await admin.query<{ id: string }>(
    `INSERT INTO booking.orders (order_id, user_id, status, amount_minor, origin, destination, flight_date, flight_time,
       airline, sequence, event_count, stuck_since, created_at, updated_at)
     SELECT uuidv7(), uuidv7(), 'CREATED', 100, 'SVO', 'LED', '2026-12-01', '10:00', 'SU', n, 1,
            CASE WHEN n < 3 THEN clock_timestamp() END, clock_timestamp(), clock_timestamp()
       FROM generate_series(1, 3) n RETURNING order_id AS id`,
  );
  const know = (at: number, type: string, sequence: number) =>
    admin.query(
      `INSERT INTO booking.facts (order_id, sequence, event_id, type, occurred_at)
       VALUES ($1, $3, uuidv7(), $2, clock_timestamp())`,
      [rows[at]!.id, type, sequence],
    );
  for (const at of [0, 1, 2]) await know(at, 'OrderCreated', 1);
  await know(1, 'PaymentAuthorized', 2);
  const { groups: all } = await ops.listStuck('booking');
  expect(all).toMatchObject([
    { kind: 'SAGA', orders: 1, reason: 'Payment authorized', owedBy: 'payment' },
    { kind: 'SAGA', orders: 1, reason: 'Ticket issued', owedBy: 'ticket', sample: [rows[1]!.id] },
  ]);
});

test('very many are counted up to a limit, which is said', async () => {
  await fail(50_100, 'message-too-large', 'a');
  await giveUp(50_100, 'Error: no paint', 'b');
  await admin.query('ANALYZE');
  const { groups: all } = await ops.listStuck('');
  expect(all.map(({ isCapped }) => isCapped)).toEqual([true, true]);
  for (const { orders } of all) {
    expect(orders).toBeGreaterThan(49_000);
    expect(orders).toBeLessThanOrEqual(50_100);
  }
});
