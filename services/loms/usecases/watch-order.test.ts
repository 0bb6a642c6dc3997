import { createSlots } from '#platform/serving/watch/slots.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import type { StatusChange } from '../domain/status-change.ts';
import { watchOrder, type WatchFrom } from './watch-order.ts';

const moment = new Date(0);
const change = (sequence: bigint, status: OrderStatus): StatusChange => ({
  orderId: 1n,
  sequence,
  status,
  moment,
});
const past = [change(1n, 'new'), change(2n, 'awaiting payment')];
const never = new AbortController().signal;

/** Each round of `rounds` is what one waiting finds; the order is as it was before all of them. */
const start = (
  order: Pick<Order, 'status' | 'sequence'> | undefined,
  ...rounds: StatusChange[][]
) => {
  const slots = createSlots({ max: 1, longestMs: 60_000 });
  const asked: bigint[] = [];
  const watch = watchOrder({
    slots,
    findOrder: () => Promise.resolve(order && { orderId: 1n, userId: 1n, items: [], ...order }),
    next: ({ after }) => {
      asked.push(after);
      return Promise.resolve(rounds.shift() ?? []);
    },
  });
  const read = async (from: Partial<WatchFrom> = {}) => {
    const statuses: OrderStatus[] = [];
    for await (const { status } of watch({ orderId: 1n, afterSequence: 0n, ...from }, never))
      statuses.push(status);
    return statuses;
  };
  return { slots, asked, read, watch };
};

const awaiting = { status: 'awaiting payment', sequence: 2n } as const;
const payed = { status: 'payed', sequence: 3n } as const;

test.each(['failed', 'payed', 'cancelled'] as const)('%s is the end', async (status) => {
  const { read, asked, slots } = start(awaiting, past, [change(3n, status)], [change(4n, 'new')]);
  expect(await read()).toEqual(['new', 'awaiting payment', status]);
  expect(asked).toEqual([0n, 2n]);
  expect(slots.taken()).toBe(0);
});

test('goes on after the sequence that was seen', async () => {
  const { read, asked } = start(awaiting, [change(3n, 'payed')]);
  expect(await read({ afterSequence: 2n })).toEqual(['payed']);
  expect(asked).toEqual([2n]);
});

test('when all was seen there is nothing to wait for', async () => {
  const { read, asked } = start(payed);
  expect(await read({ afterSequence: 3n })).toEqual([]);
  expect(asked).toEqual([]);
});

test.each([
  [undefined, 0n, 'order-not-found'],
  [awaiting, 3n, 'sequence-ahead'],
])('of %j after %s: %s, and the place is free again', async (order, afterSequence, reason) => {
  const { read, slots } = start(order);
  await expect(read({ afterSequence })).rejects.toMatchObject({ reason });
  expect(slots.taken()).toBe(0);
});

test('one too many is refused; one that is left half way gives its place back', async () => {
  const { watch, slots } = start(awaiting, past, past);
  const from = { orderId: 1n, afterSequence: 0n };
  const first = watch(from, never);
  await first.next();
  await expect(watch(from, never).next()).rejects.toMatchObject({ reason: 'too-many-watches' });
  await first.return(undefined);
  expect(slots.taken()).toBe(0);
});
