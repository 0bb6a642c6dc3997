import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { dueTimers, type Timer } from '#platform/messaging/timer/due.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import {
  assemble,
  cancel,
  openOrder,
  type Order,
  type OrderChange,
  type OrderUpdate,
  type PaidOrder,
  pay,
} from '../domain/order.ts';
import { findChangesAfter } from './order-changes.ts';
import { findOrder, findOrdersOf, lockOrders } from './orders.ts';
import { saveAssembled } from './save-assembled.ts';
import { saveCreated } from './save-created.ts';
import { saveMoved } from './save-moved.ts';
import { schedulePayment } from './schedule-payment.ts';
import { expediteUndo, scheduleUndo } from './undo.ts';

let pool: Pool;
let afterCommits: (string | undefined)[] = [];
const call = { signal: new AbortController().signal, headers: { 'correlation-id': 'c-1' } };
const now = new Date('2026-05-06T07:08:09.123Z');

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('order'));
});
afterAll(() => pool.end());
beforeEach(() => (afterCommits = []));

const save = () => ({
  pool,
  topic: 'order.payment.completed',
  afterCommit: (followUp?: { kind: string }) => void afterCommits.push(followUp?.kind),
});
const open = (userId = newId()) =>
  openOrder(
    {
      orderId: newId(),
      userId,
      items: [
        { partId: '00000000-0000-4000-8000-00000000000a', quantity: 2 },
        { partId: '00000000-0000-4000-8000-00000000000b', quantity: 1 },
      ],
      totalMinor: 12_345n,
    },
    now,
  );
const paidBy = (order: Order): OrderUpdate & { changes: readonly [OrderChange<PaidOrder>] } => {
  const change = pay(order, { method: 'SBP', transactionId: newId() }, now);
  return { changes: [change], paid: { eventId: newId(), order: change.order } };
};
const create = async (userId?: string): Promise<Order> => {
  const opened = open(userId);
  await scheduleUndo(pool, 30_000)(opened.order.orderId, call);
  expect(await saveCreated(save())({ changes: [opened] }, call)).toBe(true);
  return opened.order;
};
/** `due`: at once, whatever the time is by now. */
const timersOf = async (orderId: string) => {
  const { rows } = await pool.query<{ kind: string; due: boolean; payload: unknown }>(
    `SELECT kind, due_at <= created_at AS due, payload FROM "order".timers WHERE key = $1
      ORDER BY kind`,
    [orderId],
  );
  return rows;
};
const eventsOf = async (orderId: string) => {
  const { rows } = await pool.query<{ sequence: bigint; payload: unknown; headers: unknown }>(
    'SELECT sequence, payload, headers FROM "order".outbox WHERE key = $1 ORDER BY seq',
    [orderId],
  );
  return rows;
};
const statusesOf = async (orderId: string) =>
  (await findChangesAfter(pool)(new Map([[orderId, 0n]]))).get(orderId)?.map((c) => c.status);

test('a new order is found again, and its undo is cancelled', async () => {
  const order = await create();
  expect(await findOrder(pool)(order.orderId)).toEqual(order);
  expect(await timersOf(order.orderId)).toEqual([]);
  expect(await eventsOf(order.orderId)).toEqual([]);
  expect(await statusesOf(order.orderId)).toEqual(['PENDING_PAYMENT']);
  expect(afterCommits).toEqual([undefined]);
});

test('an order that is paid at once is PAID with its event, and its stock is to be committed', async () => {
  const opened = open();
  const { orderId } = opened.order;
  const { changes, paid } = paidBy(opened.order);
  await scheduleUndo(pool, 30_000)(orderId, call);
  const update = { changes: [opened, ...changes] as const, paid: paid! };
  expect(await saveCreated(save())(update, call)).toBe(true);
  expect(await findOrder(pool)(orderId)).toEqual(changes[0].order);
  expect(await timersOf(orderId)).toEqual([
    { kind: 'commit-stock', due: false, payload: { headers: call.headers } },
  ]);
  expect(await eventsOf(orderId)).toEqual([
    {
      sequence: 1n,
      headers: call.headers,
      payload: {
        event_id: paid!.eventId,
        event_type: 'order.payment.completed',
        event_version: 1,
        occurred_at: '2026-05-06T07:08:09.123Z',
        order_id: orderId,
        user_id: opened.order.userId,
        amount: 12_345,
        payment_method: 'SBP',
        transaction_id: changes[0].order.payment.transactionId,
      },
    },
  ]);
  expect(await statusesOf(orderId)).toEqual(['PENDING_PAYMENT', 'PAID']);
  expect(afterCommits).toEqual(['commit-stock']);
});

describe('an order whose undo may have begun is not kept', () => {
  const refused = async (opened: OrderChange) => {
    expect(await saveCreated(save())({ changes: [opened] }, call)).toBe(false);
    expect(await findOrder(pool)(opened.order.orderId)).toBeUndefined();
    expect(await statusesOf(opened.order.orderId)).toBeUndefined();
    expect(afterCommits).toEqual([]);
  };
  const undoOf = (opened: OrderChange): Pick<Timer, 'kind' | 'key'> => ({
    kind: 'undo-order',
    key: opened.order.orderId,
  });

  test('there is none: it was done', () => refused(open()));

  test('it is due', async () => {
    const opened = open();
    await scheduleUndo(pool, 0)(opened.order.orderId, call);
    await refused(opened);
    expect(await timersOf(opened.order.orderId)).toMatchObject([{ kind: 'undo-order', due: true }]);
  });

  test('it was expedited', async () => {
    const opened = open();
    await scheduleUndo(pool, 30_000)(opened.order.orderId, call);
    await expediteUndo(pool, () => undefined)(opened.order);
    await refused(opened);
  });

  test('it was tried without success and waits', async () => {
    const opened = open();
    await scheduleUndo(pool, 0)(opened.order.orderId, call);
    const due = dueTimers(pool, 'order');
    const { rows } = await pool.query<Timer>(
      `SELECT kind, key, due_at AS "dueAt", attempts FROM "order".timers WHERE key = $1`,
      [opened.order.orderId],
    );
    await due.postpone(rows[0]!, 60_000, 'away');
    await refused(opened);
    // nor is a pending one expedited
    await expediteUndo(pool, () => undefined)(opened.order);
    expect(await timersOf(opened.order.orderId)).toMatchObject([{ due: false }]);
  });

  test('it is being tried at this moment: nobody waits for it', async () => {
    const opened = open();
    await scheduleUndo(pool, 0)(opened.order.orderId, call);
    await withTransaction(pool, async ({ client }) => {
      expect(await dueTimers(pool, 'order').takeOne(client, undoOf(opened) as Timer)).toHaveLength(
        1,
      );
      // the database says that it is due later: only the lock tells
      await refused(opened);
      await expediteUndo(pool, () => undefined)(opened.order);
    });
    expect(await timersOf(opened.order.orderId)).toEqual([]);
  });
});

test('an undo that is cancelled does not come back when it is expedited', async () => {
  const { orderId } = await create();
  await expediteUndo(pool, () => undefined)({ orderId });
  expect(await timersOf(orderId)).toEqual([]);
});

test('of a creation and its undo that come at the same time exactly one happens', async () => {
  const due = dueTimers(pool, 'order');
  const race = async (dueInMs: number) => {
    const opened = open();
    const { orderId } = opened.order;
    await scheduleUndo(pool, dueInMs)(orderId, call);
    const undo = async () => {
      for (;;) {
        const taken = await withTransaction(pool, ({ client }) =>
          due.takeOne(client, { kind: 'undo-order', key: orderId } as Timer),
        );
        if (taken.length > 0) return true;
        if ((await timersOf(orderId)).length === 0) return false;
      }
    };
    const [isSaved, isUndone] = await Promise.all([
      saveCreated(save())({ changes: [opened] }, call),
      undo(),
    ]);
    expect((await findOrder(pool)(orderId)) !== undefined).toBe(isSaved);
    expect(isUndone).toBe(!isSaved);
    return isSaved;
  };
  const outcomes: boolean[] = [];
  for (const dueInMs of [0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 60_000])
    outcomes.push(...(await Promise.all(Array.from({ length: 8 }, () => race(dueInMs)))));
  expect(new Set(outcomes).size).toBe(2);
});

test('a payment is kept with its event; what was to finish it is gone', async () => {
  const order = await create();
  const { orderId } = order;
  expect(await schedulePayment(pool, 30_000)({ orderId, method: 'SBP' }, call)).toBe('SBP');
  const update = paidBy(order);
  expect(await saveMoved(save())(update, call)).toBe(true);
  expect(await findOrder(pool)(orderId)).toEqual(update.changes[0].order);
  expect(await timersOf(orderId)).toMatchObject([{ kind: 'commit-stock', due: false }]);
  expect(await eventsOf(orderId)).toMatchObject([{ sequence: 1n }]);
  expect(afterCommits).toEqual([undefined, 'commit-stock']);
});

test('a payment that is under way keeps its method and its time', async () => {
  const { orderId } = await create();
  await schedulePayment(pool, 0)({ orderId, method: 'CARD' }, call);
  expect(await schedulePayment(pool, 30_000)({ orderId, method: 'SBP' }, call)).toBe('CARD');
  expect(await timersOf(orderId)).toEqual([
    { kind: 'finish-payment', due: true, payload: { method: 'CARD', headers: call.headers } },
  ]);
});

test('a cancellation tells nobody, and what the order holds is given back', async () => {
  const order = await create();
  const change = cancel(order, now);
  expect(await saveMoved(save())({ changes: [change] }, call)).toBe(true);
  expect(await findOrder(pool)(order.orderId)).toEqual(change.order);
  expect(await timersOf(order.orderId)).toMatchObject([{ kind: 'undo-order', due: true }]);
  expect(await eventsOf(order.orderId)).toEqual([]);
});

test('of many payments and cancellations decided on one state exactly one is saved', async () => {
  for (let round = 0; round < 5; round++) {
    const order = await create();
    const updates = Array.from({ length: 20 }, (_, i): OrderUpdate =>
      i % 2 === round % 2 ? paidBy(order) : { changes: [cancel(order, now)] },
    );
    const saved = await Promise.all(updates.map((update) => saveMoved(save())(update, call)));
    expect(saved.filter(Boolean)).toHaveLength(1);
    const isPaid = (await findOrder(pool)(order.orderId))!.status === 'PAID';
    expect(await eventsOf(order.orderId)).toHaveLength(isPaid ? 1 : 0);
    expect(await timersOf(order.orderId)).toMatchObject([
      { kind: isPaid ? 'commit-stock' : 'undo-order' },
    ]);
    expect(await statusesOf(order.orderId)).toHaveLength(2);
  }
});

test('orders are assembled together, under their locks; unknown ones are not found', async () => {
  const orders = [await create(), await create()];
  for (const order of orders) await saveMoved(save())(paidBy(order), call);
  const ids = orders.map(({ orderId }) => orderId);
  await withTransaction(pool, async (tx) => {
    const locked = await lockOrders(tx)([...ids.toReversed(), newId()]);
    expect(locked.map(({ orderId }) => orderId)).toEqual(ids);
    await saveAssembled(tx)(locked.map((order) => assemble(order, now)!));
  });
  for (const id of ids) {
    expect(await findOrder(pool)(id)).toMatchObject({ status: 'ASSEMBLED', sequence: 3n });
    expect(await statusesOf(id)).toEqual(['PENDING_PAYMENT', 'PAID', 'ASSEMBLED']);
  }
});

test("a user's orders are listed newest first, page by page", async () => {
  const userId = newId();
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.unshift((await create(userId)).orderId);
  await create();
  const list = async (before?: string) =>
    (await findOrdersOf(pool)({ userId, before, limit: 2 })).map(({ orderId }) => orderId);
  expect(await list()).toEqual(ids.slice(0, 2));
  expect(await list(ids[1])).toEqual(ids.slice(2));
});
