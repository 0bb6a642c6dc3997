import { AppError } from '#platform/base/errors.ts';
import { openOrder, type OrderUpdate } from '../domain/order.ts';
import { encodeOrder } from '../domain/order-text.ts';
import { createOrder, type CreateOrderDeps } from './create-order.ts';

const call = { signal: new AbortController().signal, headers: {} };
const input = { userId: 'u', items: [{ partId: 'a', quantity: 2 }], method: undefined };
const byCard = { ...input, method: 'CARD' } as const;

/** Everything works; `log` tells what was asked, in order. */
const fake = (other: Partial<CreateOrderDeps> = {}) => {
  const log: string[] = [];
  const saved: OrderUpdate[] = [];
  let ids = 0;
  const say = (what: string) => {
    log.push(what);
    return Promise.resolve();
  };
  const deps: CreateOrderDeps = {
    now: () => new Date(0),
    newId: () => `id-${(ids += 1)}`,
    startDeadline: () => new AbortController().signal,
    findPrices: () => say('prices').then(() => new Map([['a', 50n]])),
    findAnswer: () => Promise.resolve(undefined),
    saveAnswer: (_, answer) => say(`keep ${JSON.stringify(answer)}`),
    beginAttempt: (wanted) =>
      say(`schedule undo ${wanted.orderId}`).then(() => ({ ...wanted, isAlone: true })),
    reserve: ({ orderId }) => say(`reserve ${orderId}`),
    charge: ({ amountMinor, method }) =>
      say(`charge ${amountMinor.toString()} ${method}`).then(() => 't'),
    expediteUndo: ({ orderId }) => say(`undo ${orderId}`),
    saveCreated: (update) => {
      saved.push(update);
      return say('save').then(() => true);
    },
  };
  return { log, saved, create: createOrder({ ...deps, ...other }) };
};
const away = new AppError('unavailable', 'inventory-unavailable', 'away');
const refused = (reason: string) => new AppError('precondition', reason, 'no');

test('an order is reserved and saved; its undo stands before anything is reserved', async () => {
  const { create, log, saved } = fake();
  expect(await create(input, call)).toMatchObject({ status: 'PENDING_PAYMENT', totalMinor: 100n });
  expect(log).toEqual(['prices', 'schedule undo id-1', 'reserve id-1', 'save']);
  expect(saved[0]?.paid).toBeUndefined();
});

test('paid at once: both changes and the event are saved together', async () => {
  const { create, log, saved } = fake();
  const payment = { method: 'CARD', transactionId: 't' };
  expect(await create(byCard, call)).toMatchObject({ status: 'PAID', payment });
  expect(log).toEqual(['prices', 'schedule undo id-1', 'reserve id-1', 'charge 100 CARD', 'save']);
  expect(saved[0]?.changes.map(({ order }) => order.status)).toEqual(['PENDING_PAYMENT', 'PAID']);
  expect(saved[0]?.paid).toMatchObject({ eventId: 'id-2', order: { orderId: 'id-1', payment } });
});

test('what is refused before the undo stands leaves nothing to undo', async () => {
  const prices = fake({ findPrices: () => Promise.reject(away) });
  await expect(prices.create(input, call)).rejects.toBe(away);
  expect(prices.log).toEqual([]);
  const unknown = fake({ findPrices: () => Promise.resolve(new Map()) });
  await expect(unknown.create(input, call)).rejects.toMatchObject({ reason: 'part-not-found' });
  expect(unknown.log).toEqual([]);
  const database = fake({ beginAttempt: () => Promise.reject(away) });
  await expect(database.create(input, call)).rejects.toBe(away);
  expect(database.log).toEqual(['prices']);
});

test.each<[string, Partial<CreateOrderDeps>, string]>([
  ['a reservation that may have been made', { reserve: () => Promise.reject(away) }, away.reason],
  [
    'one that is refused',
    { reserve: () => Promise.reject(refused('out-of-stock')) },
    'out-of-stock',
  ],
  [
    'one that the undo has overtaken',
    { reserve: () => Promise.reject(refused('reservation-released')) },
    'order-out-of-time',
  ],
  [
    'one that tells nothing of the undo',
    { reserve: () => Promise.reject(refused('reservation-differs')) },
    'reservation-differs',
  ],
  ['a charge that may have been made', { charge: () => Promise.reject(away) }, away.reason],
  [
    'one that the undo has overtaken',
    { charge: () => Promise.reject(refused('payment-voided')) },
    'order-out-of-time',
  ],
  [
    'a save that comes too late',
    { saveCreated: () => Promise.resolve(false) },
    'order-out-of-time',
  ],
  ['a save of which nobody knows', { saveCreated: () => Promise.reject(away) }, away.reason],
])('%s is undone at once', async (_, other, reason) => {
  const { create, log } = fake(other);
  await expect(create(byCard, call)).rejects.toMatchObject({ reason });
  expect(log.at(-1)).toBe('undo id-1');
});

test('an undo that cannot be expedited does not hide what went wrong', async () => {
  const { create } = fake({
    reserve: () => Promise.reject(away),
    expediteUndo: () => Promise.reject(new Error('the database is unavailable')),
  });
  await expect(create(input, call)).rejects.toBe(away);
});

test('a caller that goes after the charge gets nothing saved', async () => {
  const caller = new AbortController();
  const { create, log } = fake({
    charge: () => {
      caller.abort(new Error('gone'));
      return Promise.resolve('t');
    },
  });
  await expect(create(byCard, { ...call, signal: caller.signal })).rejects.toThrow('gone');
  expect(log.slice(-2)).toEqual(['reserve id-1', 'undo id-1']);
});

test('when its time is over, whatever hangs is given up and undone', async () => {
  const deadline = new AbortController();
  const { create, log } = fake({
    startDeadline: () => deadline.signal,
    reserve: (_, { signal }) => {
      deadline.abort();
      return Promise.reject(signal.reason as Error);
    },
  });
  await expect(create(input, call)).rejects.toMatchObject({
    kind: 'unavailable',
    reason: 'order-out-of-time',
  });
  expect(log.at(-1)).toBe('undo id-1');
});

test('a save of which nobody knows is not said to be undone, though the time is over', async () => {
  const deadline = new AbortController();
  const unknown = new AppError('unavailable', 'database-unavailable', 'no answer');
  const { create } = fake({
    startDeadline: () => deadline.signal,
    saveCreated: () => {
      deadline.abort();
      return Promise.reject(unknown);
    },
  });
  await expect(create(input, call)).rejects.toBe(unknown);
});

describe('with an idempotency key', () => {
  const idempotencyKey = { method: 'CreateOrder', key: 'k', requestHash: Buffer.alloc(32) };
  const keyed = { ...call, idempotencyKey };
  const { requestHash } = idempotencyKey;
  const outOfStock = { reserve: () => Promise.reject(refused('out-of-stock')) };
  /** Answered by another call after so many looks. */
  const answeredAfter = (looks: number) => {
    const text = encodeOrder(
      openOrder({ orderId: 'o', userId: 'u', items: [], totalMinor: 1n }, new Date(0)).order,
    );
    return () =>
      Promise.resolve(looks-- > 0 ? undefined : { requestHash, answer: { result: text } });
  };

  test('an answer is given again, and nothing is asked', async () => {
    const { create, log } = fake({ findAnswer: answeredAfter(0) });
    expect(await create(input, keyed)).toMatchObject({ orderId: 'o', totalMinor: 1n });
    expect(log).toEqual([]);
  });

  test.each<[string, Partial<CreateOrderDeps>]>([
    ['the prices cannot be had', { findPrices: () => Promise.reject(away) }],
    ['the attempt begins', { beginAttempt: () => Promise.resolve(undefined) }],
    ['the parts are out of stock', outOfStock],
    ['the charge fails', { charge: () => Promise.reject(away) }],
    ['the order is saved', { saveCreated: () => Promise.resolve(false) }],
  ])('answered by another call when %s: the same answer', async (_, other) => {
    const { create } = fake({ ...other, findAnswer: answeredAfter(1) });
    expect(await create(byCard, keyed)).toMatchObject({ orderId: 'o' });
  });

  test('an attempt that is joined keeps its id and its price', async () => {
    const joined = { orderId: 'first', totalMinor: 7n, isAlone: true, callId: 'c' };
    const { create, log } = fake({ beginAttempt: () => Promise.resolve(joined) });
    await create(byCard, keyed);
    expect(log).toEqual(['prices', 'reserve first', 'charge 7 CARD', 'save']);
  });

  test('only the want of stock is kept, and not while an earlier attempt may hold it', async () => {
    const alone = fake(outOfStock);
    await expect(alone.create(input, keyed)).rejects.toMatchObject({ reason: 'out-of-stock' });
    expect(alone.log.at(-1)).toContain('"reason":"out-of-stock"');
    const second = fake({
      ...outOfStock,
      beginAttempt: (wanted) => Promise.resolve({ ...wanted, isAlone: false }),
    });
    const late = { kind: 'unavailable', reason: 'order-out-of-time' };
    await expect(second.create(input, keyed)).rejects.toMatchObject(late);
    expect(second.log.at(-1)).toBe('undo id-1');
    const broken = fake({ charge: () => Promise.reject(away) });
    await expect(broken.create(byCard, keyed)).rejects.toBe(away);
    expect(broken.log.at(-1)).toBe('undo id-1');
  });
});
