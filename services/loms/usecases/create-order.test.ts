import type { OrderEvent } from '../domain/order.ts';
import { createOrder, type CreateOrderDeps } from './create-order.ts';

const call = { signal: new AbortController().signal, headers: {} };
const stock = (sku: bigint, totalCount: bigint) => ({ sku, totalCount, reserved: 0n });

interface Saved {
  reserved: (readonly OrderEvent[])[];
  failed: (readonly OrderEvent[])[];
}

/** A store whose stocks answer each look in turn; a save of reserved stock succeeds when `wins` says so. */
const fake = (looks: ReturnType<typeof stock>[][], wins: boolean[]) => {
  const saved: Saved = { reserved: [], failed: [] };
  let ids = 0;
  const deps: CreateOrderDeps = {
    now: () => new Date(0),
    newEventId: () => `event-${(ids += 1)}`,
    loadForCreation: () => Promise.resolve({ orderId: 7n, stocks: looks.shift() ?? [] }),
    saveReserved: (events) => {
      saved.reserved.push(events);
      return Promise.resolve(wins.shift() ?? false);
    },
    saveFailed: (events) => {
      saved.failed.push(events);
      return Promise.resolve(true);
    },
  };
  return { deps, saved };
};
const statuses = (events: readonly OrderEvent[] = []) =>
  events.map(({ change }) => change.order.status);

test('stock suffices: new and awaiting payment are saved together', async () => {
  const { deps, saved } = fake([[stock(1n, 5n)]], [true]);
  const items = [
    { sku: 1n, count: 2 },
    { sku: 1n, count: 3 },
  ];
  expect(await createOrder(deps)({ userId: 1n, items }, call)).toBe(7n);
  expect(saved.reserved.map(statuses)).toEqual([['new', 'awaiting payment']]);
  expect(saved.reserved[0]?.[0]?.change.order.items).toEqual([{ sku: 1n, count: 5 }]);
});

test('stock taken by another order meanwhile: looks again and decides anew', async () => {
  const { deps, saved } = fake([[stock(1n, 5n)], [stock(1n, 0n)]], [false]);
  const created = createOrder(deps)({ userId: 1n, items: [{ sku: 1n, count: 1 }] }, call);
  await expect(created).rejects.toMatchObject({ kind: 'precondition', reason: 'out-of-stock' });
  expect(saved.failed.map(statuses)).toEqual([['new', 'failed']]);
});

test('losing again and again ends in a refusal that says to try again', async () => {
  const looks = Array.from({ length: 20 }, () => [stock(1n, 5n)]);
  const { deps, saved } = fake(looks, []);
  const created = createOrder(deps)({ userId: 1n, items: [{ sku: 1n, count: 1 }] }, call);
  await expect(created).rejects.toMatchObject({ kind: 'conflict', reason: 'stock-busy' });
  expect(saved.failed).toEqual([]);
});

test('a caller that is gone gets nothing saved', async () => {
  const { deps, saved } = fake([[stock(1n, 5n)]], [true]);
  const gone = { ...call, signal: AbortSignal.abort(new Error('gone')) };
  await expect(
    createOrder(deps)({ userId: 1n, items: [{ sku: 1n, count: 1 }] }, gone),
  ).rejects.toThrow('gone');
  expect(saved).toEqual({ reserved: [], failed: [] });
});

test('a refusal names so many skus that it still fits into trailers, and counts the others', async () => {
  const { deps } = fake([[]], []);
  const items = Array.from({ length: 1_000 }, (_, i) => ({
    sku: 9_007_199_254_740_000n + BigInt(i % 991),
    count: 1,
  }));
  const error: unknown = await createOrder(deps)({ userId: 1n, items }, call).catch(
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ metadata: { order_id: '7', skus_omitted: '891' } });
  expect(JSON.stringify(error).length).toBeLessThan(4_000);
});

describe('with an idempotency key', () => {
  const idempotencyKey = { method: 'OrderCreate', key: 'k', requestHash: Buffer.from('a') };
  const input = { userId: 1n, items: [{ sku: 1n, count: 1 }] };

  test('one that was answered changes nothing and gives the first answer', async () => {
    const { deps, saved } = fake([], []);
    const answered = { requestHash: Buffer.from('a'), answer: { result: '3' } };
    const load = () => Promise.resolve({ orderId: 7n, stocks: [], answered });
    const created = createOrder({ ...deps, loadForCreation: load })(input, {
      ...call,
      idempotencyKey,
    });
    expect(await created).toBe(3n);
    expect(saved).toEqual({ reserved: [], failed: [] });
  });

  test('a twin that has answered meanwhile is seen at the next look', async () => {
    const { deps, saved } = fake([], [false]);
    const answered = { requestHash: Buffer.from('a'), answer: { result: '3' } };
    let looks = 0;
    const load = () => {
      looks += 1;
      const facts = { orderId: 7n, stocks: [stock(1n, 5n)] };
      return Promise.resolve(looks === 1 ? facts : { ...facts, answered });
    };
    const created = createOrder({ ...deps, loadForCreation: load })(input, {
      ...call,
      idempotencyKey,
    });
    expect(await created).toBe(3n);
    expect(saved.reserved).toHaveLength(1);
  });
});
