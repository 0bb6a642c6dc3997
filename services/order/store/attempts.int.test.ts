import { createTestDatabase } from '../../../testing/engines/database.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { dueTimers, type Timer } from '#platform/messaging/timer/due.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { openOrder } from '../domain/order.ts';
import { decodeOrder } from '../domain/order-text.ts';
import type { Attempt } from '../usecases/create-order.ts';
import { findAnswer, saveAnswer } from './answers.ts';
import { beginAttempt, endAttempt } from './attempts.ts';
import { findOrder } from './orders.ts';
import { saveCreated } from './save-created.ts';
import { expediteUndo } from './undo.ts';

let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('order'));
});
afterAll(() => pool.end());

const hashOf = (fill: number) => Buffer.alloc(32, fill);
const callOf = (key: string, requestHash = hashOf(1)) => ({
  signal: new AbortController().signal,
  headers: {},
  idempotencyKey: { method: 'CreateOrder', key, requestHash },
});
type KeyedCall = ReturnType<typeof callOf>;

const begin = async (call: KeyedCall, totalMinor = 100n): Promise<Attempt> => {
  const attempt = await beginAttempt(pool, 60_000)({ orderId: newId(), totalMinor }, call);
  if (attempt === undefined) throw new Error('The key has been answered.');
  return attempt;
};
const save = ({ orderId, totalMinor }: Attempt, call: KeyedCall) => {
  const items = [{ partId: '00000000-0000-4000-8000-00000000000a', quantity: 2 }];
  const opened = openOrder({ orderId, userId: newId(), items, totalMinor }, new Date(0));
  const deps = { pool, topic: 't', afterCommit: () => undefined };
  return saveCreated(deps)({ changes: [opened] }, call);
};
const expedite = (attempt: Attempt) => expediteUndo(pool, () => undefined)(attempt);
const isDue = async ({ orderId }: Attempt) => {
  const { rows } = await pool.query<{ due: boolean }>(
    'SELECT due_at <= clock_timestamp() AS due FROM "order".timers WHERE key = $1',
    [orderId],
  );
  return rows[0]?.due;
};
const takeUndo = (attempt: Attempt, meanwhile: () => Promise<void> = () => Promise.resolve()) =>
  withTransaction(pool, async ({ client }) => {
    const timer = { kind: 'undo-order', key: attempt.orderId } as Timer;
    expect(await dueTimers(pool, 'order').takeOne(client, timer)).toHaveLength(1);
    await meanwhile();
    await endAttempt(client)(attempt.orderId);
  });
const countAttempts = async (key: string) => {
  const text = 'SELECT FROM "order".order_attempts WHERE key = $1';
  return (await pool.query(text, [key])).rowCount;
};

test('calls with one key share an order id, a price and one order; the second meets the answer', async () => {
  const call = callOf('shared');
  const first = await begin(call);
  const second = await begin(call, 999n);
  expect(second).toMatchObject({ orderId: first.orderId, totalMinor: 100n, isAlone: true });
  expect(await save(first, call)).toBe(true);
  expect(await save(second, call)).toBe(false);
  const order = await findOrder(pool)(first.orderId);
  const { answer } = (await findAnswer(pool)(call.idempotencyKey))!;
  expect(decodeOrder((answer as { result: string }).result)).toEqual(order);
  expect(await beginAttempt(pool, 60_000)({ orderId: newId(), totalMinor: 1n }, call)).toBe(
    undefined,
  );
  expect([await countAttempts('shared'), await isDue(first)]).toEqual([0, undefined]);
});

test('an attempt that another call has joined is not ended early by the one before', async () => {
  const call = callOf('joined');
  const [first, second] = [await begin(call), await begin(call)];
  await expedite(first);
  expect(await isDue(first)).toBe(false);
  await expedite(second);
  expect(await isDue(first)).toBe(true);
  expect(await save(first, call)).toBe(false);
});

test('one that is due, expedited or being undone is not joined, and the next knows that it is not alone', async () => {
  const call = callOf('dead');
  const first = await begin(call);
  await expedite(first);
  const second = await begin(call);
  expect(second.isAlone).toBe(false);
  expect(second.orderId).not.toBe(first.orderId);
  await expedite(second);
  await takeUndo(second, async () => {
    const third = await begin(call);
    expect([first.orderId, second.orderId]).not.toContain(third.orderId);
    expect(await save(third, call)).toBe(true);
  });
  await takeUndo(first);
  expect(await countAttempts('dead')).toBe(0);
});

test('when all is undone the next attempt is alone again', async () => {
  const call = callOf('undone');
  const first = await begin(call);
  await expedite(first);
  await takeUndo(first);
  expect(await countAttempts('undone')).toBe(0);
  expect(await begin(call)).toMatchObject({ isAlone: true });
});

test('another request with the key of an attempt under way is refused', async () => {
  await begin(callOf('reused'));
  const other = begin(callOf('reused', hashOf(2)));
  await expect(other).rejects.toMatchObject({ reason: 'idempotency-key-reused' });
  expect(await countAttempts('reused')).toBe(1);
});

test('an order whose key was answered meanwhile is not kept, and keeps its undo', async () => {
  const call = callOf('refused');
  const attempt = await begin(call);
  await saveAnswer(pool)(call.idempotencyKey, { result: 'first' });
  await saveAnswer(pool)(call.idempotencyKey, { result: 'second' });
  expect(await save(attempt, call)).toBe(false);
  expect(await findOrder(pool)(attempt.orderId)).toBeUndefined();
  expect(await isDue(attempt)).toBe(false);
  expect(await countAttempts('refused')).toBe(1);
  expect(await findAnswer(pool)(call.idempotencyKey)).toMatchObject({
    answer: { result: 'first' },
  });
});

test('whoever begins or saves while another saves waits, and meets the answer', async () => {
  const call = callOf('waiting');
  const attempt = await begin(call);
  const holder = await pool.connect();
  await holder.query('BEGIN; LOCK TABLE "order".orders IN SHARE MODE');
  const saving = save(attempt, call);
  await untilWaitingForLock(pool, 'order');
  const others = [
    save(attempt, call),
    beginAttempt(pool, 60_000)({ orderId: newId(), totalMinor: 1n }, call),
  ];
  await holder.query('COMMIT');
  holder.release();
  expect(await saving).toBe(true);
  expect(await Promise.all(others)).toEqual([false, undefined]);
});

test('of many twins exactly one saves, whenever their undo comes', async () => {
  const race = async (i: number, afterMs: number) => {
    const call = callOf(`race ${i} ${afterMs}`);
    const one = async () => {
      const attempt = await beginAttempt(pool, afterMs)({ orderId: newId(), totalMinor: 1n }, call);
      return attempt !== undefined && (await save(attempt, call));
    };
    const saved = (await Promise.all([one(), one(), one(), one()])).filter(Boolean);
    const isAnswered = (await findAnswer(pool)(call.idempotencyKey)) !== undefined;
    expect(saved).toHaveLength(isAnswered ? 1 : 0);
    return saved.length;
  };
  for (const afterMs of [0, 2, 5, 10, 60_000]) {
    const saved = await Promise.all(Array.from({ length: 8 }, (_, i) => race(i, afterMs)));
    if (afterMs === 60_000) expect(saved).toEqual(saved.map(() => 1));
  }
});
