import { createTestDatabase } from '../../testing/engines/database.ts';
import { untilWaitingForLock } from '../../testing/lock-wait.ts';
import { openTestPool } from '../../testing/test-pool.ts';
import { reasonOf } from '#platform/base/errors.ts';
import { newId } from '#platform/base/ids.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import type { Call } from '#platform/serving/call.ts';
import type { EventType, Outcome } from './domain/saga.ts';
import { findAnswer } from './store/answers.ts';
import { findOrder, listOrders, lockOrders } from './store/orders.ts';
import { saveCreated, type SaveDeps } from './store/save-created.ts';
import { saveLearned } from './store/save-learned.ts';
import { lockToTakeBack, saveTakenBack } from './store/take-back.ts';
import { sagaTimeouts } from './timers/saga-timeouts.ts';
import { createOrder } from './usecases/create-order.ts';
import { learnEvents } from './usecases/learn-events.ts';
import { refundOrder } from './usecases/refund-order.ts';

const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const flight = { from: 'SVO', to: 'LED', date: '2099-05-01', time: '09:30', airline: 'SU' };
const { signal } = new AbortController();
let pool: Pool;
let save: SaveDeps;
let saveOrder: ReturnType<typeof saveCreated>;
let commits = 0;

beforeAll(async () => {
  pool = openTestPool((await createTestDatabase()).urlFor('booking'));
  save = {
    pool,
    topic: 'a.topic',
    sagaTimeoutMs: 60_000,
    afterCommit: () => (commits += 1),
  };
  saveOrder = saveCreated(save);
});
beforeEach(() =>
  pool.query('TRUNCATE booking.orders, booking.facts, booking.timers, booking.outbox'),
);
afterAll(() => pool.end());

const keyOf = (key: string, request = 'a request'): Call => ({
  ...{ signal, headers: { 'correlation-id': 'c-1' } },
  idempotencyKey: { method: 'CreateOrder', key, requestHash: Buffer.from(request) },
});
const plain: Call = { signal, headers: { 'correlation-id': 'c-1' } };
const create = (call = plain, input: { userId?: string; date?: string } = {}) =>
  createOrder({
    ...pool.clock,
    findAnswer: ({ idempotencyKey }) => findAnswer(pool, idempotencyKey),
    priceFlight: () => Promise.resolve(777n),
    amountOfQuote: () => Promise.resolve(555n),
    saveCreated: saveOrder,
  })({ userId, flight: { ...flight, ...input }, amountMinor: 12_500n, ...input }, call);
const hear = (orderId: string, ...types: EventType[]) =>
  hearAll(types.map((type) => ({ orderId, type })));
const hearAll = (events: readonly { orderId: string; type: EventType }[]) =>
  withTransaction(pool, (tx) =>
    learnEvents({
      now: pool.clock.now,
      lockOrders: lockOrders(tx),
      saveLearned: saveLearned(tx),
    })(
      events.map(({ orderId, type }) => ({
        orderId,
        fact: { eventId: newId(), type, occurredAt: new Date(), reason: `why ${type}` },
      })),
    ),
  );
const refund = (orderId: string, beforeCommit = () => Promise.resolve<unknown>(undefined)) =>
  withTransaction(pool, async (tx) => {
    const changed = await refundOrder({
      ...pool.clock,
      lockOrder: lockToTakeBack(tx),
      saveTakenBack: saveTakenBack(tx, save),
    })(orderId, 'changed-my-mind', plain);
    await beforeCommit();
    return changed?.order.status;
  });
const timeOut = (onTimeout: 'hold' | 'compensate', ...orderIds: string[]) =>
  withTransaction(pool, async (tx) => {
    // a timer that fires is taken first
    await tx.client.query('DELETE FROM booking.timers WHERE key = ANY ($1)', [orderIds]);
    await sagaTimeouts({ save, onTimeout })['saga-timeout']!.handle(
      tx,
      orderIds.map((key) => ({ key, payload: {}, kind: 'saga-timeout', attempts: 0 }) as never),
    );
  });
const load = async (orderId: string) => (await findOrder(pool)(orderId))!;
const statusOf = async (orderId: string) => (await load(orderId)).order.status;
const list = async <Row>(text: string): Promise<Row[]> => (await pool.query(text)).rows as Row[];
const eventsOf = (orderId: string) =>
  list<{ sequence: bigint; event_type: string; payload: Record<string, unknown> }>(
    `SELECT sequence, event_type, payload FROM booking.outbox WHERE key = '${orderId}' ORDER BY seq`,
  );

test('an order is kept with its fact, its event as the contract has it, and its timer', async () => {
  const { orderId, isRepeated } = await create();
  expect(isRepeated).toBe(false);
  const { order, facts } = await load(orderId);
  expect(order).toMatchObject({ orderId, userId, flight, status: 'CREATED', amountMinor: 12_500n });
  expect(facts).toMatchObject([{ type: 'OrderCreated', sequence: 1n }]);
  const [event, ...others] = await list<Record<string, unknown>>(
    `SELECT id, topic, key, sequence, event_type, headers, payload FROM booking.outbox`,
  );
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    topic: 'a.topic',
    key: orderId,
    sequence: 1n,
    event_type: 'OrderCreated',
    headers: { 'correlation-id': orderId },
  });
  expect(event?.['payload']).toEqual({
    id: event?.['id'],
    type: 'OrderCreated',
    sequence: 1,
    correlation_id: orderId,
    producer: 'order-service',
    occurred_at: order.createdAt.toISOString(),
    payload: { order_id: orderId, user_id: userId, amount_minor: 12_500, ...flight },
  });
  const timers = await list(
    `SELECT kind, key, extract(epoch FROM due_at - now())::int BETWEEN 30 AND 61 AS due FROM booking.timers`,
  );
  expect(timers).toEqual([{ kind: 'saga-timeout', key: orderId, due: true }]);
  expect(commits).toBeGreaterThan(0);
});

test('an unknown user and a day that does not exist are refused, and nothing is saved', async () => {
  await expect(create(plain, { userId: newId() })).rejects.toMatchObject({
    reason: 'user-not-found',
  });
  await expect(create(plain, { date: '2099-02-30' })).rejects.toThrow();
  expect(await list('SELECT FROM booking.orders')).toEqual([]);
});

test('of orders at once those of unknown users are refused, and the others saved whole', async () => {
  const users = Array.from({ length: 30 }, (_, n) => (n % 3 === 0 ? newId() : userId));
  const before = commits;
  const made = await Promise.allSettled(users.map((each) => create(plain, { userId: each })));
  const ids = made.flatMap((each) => (each.status === 'fulfilled' ? [each.value.orderId] : []));
  expect(ids).toHaveLength(20);
  const columns = { orders: 'order_id', facts: 'order_id', timers: 'key', outbox: 'key' };
  for (const [table, column] of Object.entries(columns)) {
    const rows = await list(`SELECT ${column}::text AS id FROM booking.${table} ORDER BY 1`);
    expect(rows).toEqual(ids.toSorted().map((id) => ({ id })));
  }
  // they shared statements
  expect(commits - before).toBeLessThan(20);
});

test('one key is one order; another request with it is refused', async () => {
  const key = newId();
  const { orderId } = await create(keyOf(key));
  expect(await create(keyOf(key))).toEqual({ orderId, isRepeated: true });
  await expect(create(keyOf(key, 'another'))).rejects.toMatchObject({
    kind: 'precondition',
    reason: 'idempotency-key-reused',
  });
  expect(await list('SELECT FROM booking.orders')).toHaveLength(1);
});

test('of calls with one key at once one creates; the others get its answer or hear that it is under way', async () => {
  const key = newId();
  const settled = await Promise.allSettled(Array.from({ length: 40 }, () => create(keyOf(key))));
  const ids = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value.orderId] : []));
  const reasons = settled.flatMap((one) =>
    one.status === 'rejected' ? [reasonOf(one.reason)] : [],
  );
  expect(new Set(ids).size).toBe(1);
  for (const reason of reasons) expect(reason).toBe('idempotency-key-in-use');
  expect(await list('SELECT FROM booking.orders')).toHaveLength(1);
});

test('events move an order; known ones change nothing', async () => {
  const { orderId } = await create();
  await hear(orderId, 'PaymentAuthorized');
  expect(await statusOf(orderId)).toBe('PAYMENT_AUTHORIZED');
  await hear(orderId, 'PaymentAuthorized', 'TicketIssued', 'TicketIssued');
  const { order, facts } = await load(orderId);
  expect([order.status, order.sequence, order.eventCount]).toEqual(['TICKET_ISSUED', 3n, 1n]);
  expect(facts.map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n]);
});

test('a saga that has ended has no timer; a refund sets it anew, until it is through', async () => {
  const timers = () => list('SELECT FROM booking.timers');
  const { orderId } = await create();
  await hear(orderId, 'PaymentAuthorized');
  expect(await timers()).toHaveLength(1);
  await hear(orderId, 'TicketIssued');
  expect(await timers()).toEqual([]);
  await refund(orderId);
  await hear(orderId, 'TicketCancelled');
  expect(await timers()).toHaveLength(1);
  await hear(orderId, 'PaymentRefunded');
  expect(await timers()).toEqual([]);
});

test('an event of an order that does not exist is refused, and its batch with it', async () => {
  const { orderId } = await create();
  const events = [
    { orderId, type: 'PaymentAuthorized' },
    { orderId: newId(), type: 'PaymentAuthorized' },
  ] as const;
  await expect(hearAll(events)).rejects.toMatchObject({ reason: 'unknown-order' });
  expect(await statusOf(orderId)).toBe('CREATED');
});

test('of refunds at once one is an event; the others change nothing', async () => {
  const { orderId } = await create();
  await hear(orderId, 'PaymentAuthorized', 'TicketIssued');
  const answers = await Promise.all(Array.from({ length: 20 }, () => refund(orderId)));
  expect(answers.filter(Boolean)).toEqual(['REFUND_PENDING']);
  const events = await eventsOf(orderId);
  expect(events.map(({ event_type, sequence }) => [event_type, sequence])).toEqual([
    ['OrderCreated', 1n],
    ['RefundRequested', 2n],
  ]);
  expect(events[1]?.payload).toMatchObject({
    payload: { order_id: orderId, reason: 'changed-my-mind', outcome: 'REFUNDED' },
  });
  await hear(orderId, 'TicketCancelled', 'PaymentRefunded');
  expect(await statusOf(orderId)).toBe('REFUNDED');
  expect(await refund(orderId)).toBeUndefined();
});

test('a refund waits for one that is being saved, and changes nothing after it', async () => {
  const { orderId } = await create();
  await hear(orderId, 'PaymentAuthorized', 'TicketIssued');
  let second: Promise<unknown> | undefined;
  const first = refund(orderId, () => {
    second = refund(orderId);
    return untilWaitingForLock(pool, 'booking');
  });
  expect(await first).toBe('REFUND_PENDING');
  expect(await second).toBeUndefined();
  expect(await eventsOf(orderId)).toHaveLength(2);
});

test('a refund is refused before the ticket is issued, and of a cancelled or unknown order', async () => {
  const { orderId } = await create();
  await expect(refund(orderId)).rejects.toMatchObject({ reason: 'saga-under-way' });
  await hear(orderId, 'PaymentFailed');
  await expect(refund(orderId)).rejects.toMatchObject({ reason: 'order-cancelled' });
  await expect(refund(newId())).rejects.toMatchObject({ reason: 'order-not-found' });
});

test('an order whose time is over is listed as stuck until it ends', async () => {
  const [{ orderId: late }, { orderId: through }] = [await create(), await create()];
  await hear(through, 'PaymentAuthorized', 'TicketIssued');
  await timeOut('hold', late, through, newId());
  const listStuck = async () =>
    (await listOrders(pool)({ isStuck: true, limit: 10 })).map(({ order }) => order.orderId);
  expect(await listStuck()).toEqual([late]);
  expect(await eventsOf(late)).toHaveLength(1);
  await hear(late, 'PaymentAuthorized');
  expect(await listStuck()).toEqual([late]);
  await hear(late, 'TicketIssued');
  expect(await listStuck()).toEqual([]);
});

test('an order that is held is asked about again, until it ends or is taken back', async () => {
  const [{ orderId: late }, { orderId: through }] = [await create(), await create()];
  const timers = () =>
    list(`SELECT key, payload, due_at > now() + interval '30 s' AS later FROM booking.timers`);
  await hear(through, 'PaymentAuthorized', 'TicketIssued');
  await timeOut('hold', late, through);
  const { stuckSince } = (await load(late)).order;
  const again = [{ key: late, payload: {}, later: true }];
  expect(await timers()).toEqual(again);
  await timeOut('hold', late);
  expect(await timers()).toEqual(again);
  expect((await load(late)).order.stuckSince).toEqual(stuckSince);
  await timeOut('compensate', late);
  expect(await statusOf(late)).toBe('CANCELLED');
  await timeOut('hold', late);
  expect(await timers()).toEqual([]);
});

test('with compensate it is taken back once, and what is taken back already is waited for', async () => {
  const { orderId } = await create();
  await timeOut('compensate', orderId);
  const outcome: Outcome = 'CANCELLED';
  expect((await eventsOf(orderId))[1]?.payload).toMatchObject({
    type: 'RefundRequested',
    payload: { order_id: orderId, reason: 'saga-timeout', outcome },
  });
  expect((await load(orderId)).order).toMatchObject({
    status: 'CANCELLED',
    reason: 'saga-timeout',
  });
  await timeOut('compensate', orderId);
  expect(await eventsOf(orderId)).toHaveLength(2);
  expect((await load(orderId)).order.stuckSince).toBeDefined();
  await hear(orderId, 'PaymentRefunded', 'TicketCancelled');
  expect((await load(orderId)).order).toMatchObject({ status: 'CANCELLED', stuckSince: undefined });
});

test('events, refunds and timeouts of the same orders at once lose no fact', async () => {
  const orderIds = await Promise.all(
    Array.from({ length: 20 }, async () => (await create()).orderId),
  );
  await hearAll(orderIds.map((orderId) => ({ orderId, type: 'PaymentAuthorized' })));
  const reversed = orderIds.toReversed();
  await Promise.all([
    hearAll(orderIds.map((orderId) => ({ orderId, type: 'TicketIssued' }))),
    timeOut('compensate', ...reversed),
    ...reversed.map((orderId) => refund(orderId).catch(() => undefined)),
    hearAll(reversed.map((orderId) => ({ orderId, type: 'PaymentAuthorized' }))),
  ]);
  for (const orderId of orderIds) {
    const { order, facts } = await load(orderId);
    expect(facts.map(({ sequence }) => Number(sequence))).toEqual(facts.map((_, i) => i + 1));
    expect(order.sequence).toBe(BigInt(facts.length));
    expect(order.eventCount).toBe(BigInt((await eventsOf(orderId)).length));
    expect(facts.map(({ type }) => type)).toContain('TicketIssued');
  }
});

test('a refund that meets the timer of the saga waits for it: no deadlock', async () => {
  const { orderId } = await create();
  const refunded = await withTransaction(pool, async (tx) => {
    await tx.client.query('DELETE FROM booking.timers WHERE key = $1', [orderId]);
    // the end of the saga leaves a timer to whoever holds it
    await hear(orderId, 'PaymentAuthorized', 'TicketIssued');
    const asked = refund(orderId);
    await untilWaitingForLock(pool, 'booking');
    expect(await lockOrders(tx)([orderId])).toHaveLength(1);
    return { asked };
  });
  expect(await refunded.asked).toBe('REFUND_PENDING');
  expect(await statusOf(orderId)).toBe('REFUND_PENDING');
});

test('orders are listed by user and status, the newest first, from any place', async () => {
  const made: string[] = [];
  for (let i = 0; i < 5; i++) made.push((await create()).orderId);
  // of one millisecond no order is the newer one
  made.sort();
  await hear(made[1]!, 'PaymentFailed');
  const ids = async (wanted: Partial<Parameters<ReturnType<typeof listOrders>>[0]>) =>
    (await listOrders(pool)({ isStuck: false, limit: 10, ...wanted })).map(
      ({ order }) => order.orderId,
    );
  expect(await ids({ userId })).toEqual(made.toReversed());
  expect(await ids({ userId: newId() })).toEqual([]);
  expect(await ids({ status: 'CANCELLED' })).toEqual([made[1]]);
  expect(await ids({ before: made[3], limit: 2 })).toEqual([made[2], made[1]]);
});
