import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { readEvents } from '../testing/loms/event-source.ts';
import {
  protocols,
  killLeftLoms,
  startLoms,
  type RunningLoms,
} from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';
import { watchOrder, type OrderWatch, type Told } from '../testing/loms/watch-order.ts';

const { orderCreate, orderPay, orderCancel } = LomsService.method;

let database: TestDatabase;
let tables: LomsTables;
let loms: RunningLoms;

beforeAll(async () => {
  database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
  loms = await startLoms(database.urlFor('loms'));
});
afterAll(async () => {
  await loms.stop();
  await killLeftLoms();
  await tables.close();
});

const createOrder = async (): Promise<bigint> => {
  const items = [{ sku: await tables.addStock(10), count: 1 }];
  const { answer } = await loms.clients.grpc.call(orderCreate, { userId: 1n, items });
  return (answer as unknown as { orderId: bigint }).orderId;
};

const changes = (orderId: bigint, last: Omit<Told, 'order_id' | 'sequence'>): Told[] =>
  [
    { status: 'new' },
    { status: 'awaiting payment', previous_status: 'new' },
    { previous_status: 'awaiting payment', ...last },
  ].map((change, index) => ({ order_id: Number(orderId), sequence: index + 1, ...change }));

const told = (watch: OrderWatch, count: number) =>
  waitFor(() => watch.told().length >= count, { what: `${count} changes`, intervalMs: 2 });

const watchesOf = async ({ url }: RunningLoms): Promise<number> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^loms_watches (\d+)$/m.exec(text)?.[1]);
};
const untilNobodyWatches = () =>
  waitFor(async () => (await watchesOf(loms)) === 0, { what: 'nobody watching' });

const codeAt = (protocol: string, code: string, status: string) =>
  protocol === 'rest' ? status : code;

test.each(protocols)(
  '%s tells the past, then what happens, and ends at a final status',
  async (protocol) => {
    const orderId = await createOrder();
    const watch = watchOrder(loms, protocol, { orderId });
    await told(watch, 2);
    await loms.clients.grpc.call(orderPay, { orderId });
    expect(await watch.end).toEqual({ code: codeAt(protocol, 'OK', '200') });
    expect(watch.told()).toEqual(changes(orderId, { status: 'payed' }));
    await untilNobodyWatches();
  },
);

test.each(protocols)(
  '%s goes on after a sequence, and says at once when there is no more',
  async (protocol) => {
    const orderId = await createOrder();
    const watch = watchOrder(loms, protocol, { orderId, afterSequence: 1n });
    await told(watch, 1);
    await loms.clients.rest.call(orderCancel, { orderId });
    await watch.end;
    const all = changes(orderId, { status: 'cancelled', reason: 'by-request' });
    expect(watch.told()).toEqual(all.slice(1));

    const over = watchOrder(loms, protocol, { orderId, afterSequence: 3n });
    expect(await over.end).toEqual({ code: codeAt(protocol, 'OK', '204') });
    expect(over.told()).toEqual([]);
  },
);

test('a failed order ends its watch, with the reason', async () => {
  const items = [{ sku: await tables.addStock(0), count: 1 }];
  const outcome = await loms.clients.grpc.call(orderCreate, { userId: 1n, items });
  const orderId = BigInt(outcome.metadata!['order_id']!);
  const watch = watchOrder(loms, 'connect', { orderId });
  await watch.end;
  expect(watch.told().at(-1)).toEqual({
    order_id: Number(orderId),
    sequence: 2,
    status: 'failed',
    previous_status: 'new',
    reason: 'out-of-stock',
  });
});

test.each(protocols)('%s refuses what cannot be watched', async (protocol) => {
  const refusal = (from: { orderId: bigint; afterSequence?: bigint }) =>
    watchOrder(loms, protocol, from).end;
  expect(await refusal({ orderId: 999_999_999n })).toMatchObject({
    code: codeAt(protocol, 'NOT_FOUND', '404'),
    reason: 'order-not-found',
  });
  const invalid = codeAt(protocol, 'INVALID_ARGUMENT', '400');
  expect(await refusal({ orderId: 0n })).toMatchObject({ code: invalid });
  expect(await refusal({ orderId: 1n, afterSequence: -1n })).toMatchObject({ code: invalid });
  const ahead = { orderId: await createOrder(), afterSequence: 3n };
  expect(await refusal(ahead)).toMatchObject({ code: invalid, reason: 'sequence-ahead' });
});

test('server-sent events carry the sequence as their id, and Last-Event-ID resumes', async () => {
  const orderId = await createOrder();
  const url = `${loms.url}/order/watch?order_id=${orderId}`;
  const first = readEvents(url);
  await waitFor(() => first.events.length === 2, { what: 'two events' });
  first.cancel();
  expect(first.events.map(({ id }) => id)).toEqual(['1', '2']);
  const again = readEvents(`${url}&after_sequence=0`, { 'last-event-id': '2' });
  await loms.clients.rest.call(orderPay, { orderId });
  expect(await again.end).toEqual({ code: '200' });
  expect(again.events.map(({ id }) => id)).toEqual(['3']);
  const wrong = readEvents(url, { 'last-event-id': 'x' });
  expect(await wrong.end).toMatchObject({ code: '400' });
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching('text/event-stream'),
  ]);
});

test('a change that another process commits is seen at once', async () => {
  const other = await startLoms(database.urlFor('loms'));
  const orders = await Promise.all(Array.from({ length: 10 }, createOrder));
  const watches = orders.map((orderId) => watchOrder(loms, 'grpc', { orderId }));
  await Promise.all(watches.map((watch) => told(watch, 2)));
  const delaysMs: number[] = [];
  for (const [index, orderId] of orders.entries()) {
    await other.clients.connect.call(orderPay, { orderId });
    const startedAtMs = performance.now();
    await watches[index]!.end;
    delaysMs.push(performance.now() - startedAtMs);
  }
  await other.stop();
  // The wake-up delivers the changes (in 2 ms on an idle machine), not the poll once a second.
  expect(delaysMs.sort((a, b) => a - b)[4]).toBeLessThan(5_000);
});

test.each(protocols)('%s: a client that goes away gives its place back', async (protocol) => {
  const orderId = await createOrder();
  const watch = watchOrder(loms, protocol, { orderId });
  await told(watch, 2);
  expect(await watchesOf(loms)).toBe(1);
  watch.cancel();
  await watch.end;
  await untilNobodyWatches();
});

describe('limits', () => {
  let limited: RunningLoms;
  let short: RunningLoms;
  beforeAll(async () => {
    const url = database.urlFor('loms');
    [limited, short] = await Promise.all([
      startLoms(url, { WATCH_MAX_STREAMS: '2' }),
      startLoms(url, { WATCH_MAX_MINUTES: '0.03' }),
    ]);
  });
  afterAll(() => Promise.all([limited.stop(), short.stop()]));

  test.each(protocols)(
    '%s: one watch too many is refused, a long one expires',
    async (protocol) => {
      const orderId = await createOrder();
      const watches = [1, 2].map(() => watchOrder(limited, protocol, { orderId }));
      await Promise.all(watches.map((watch) => told(watch, 2)));
      expect(await watchOrder(limited, protocol, { orderId }).end).toMatchObject({
        code: codeAt(protocol, 'RESOURCE_EXHAUSTED', '429'),
        reason: 'too-many-watches',
      });
      for (const watch of watches) watch.cancel();
      expect(await watchOrder(short, protocol, { orderId }).end).toMatchObject({
        code: codeAt(protocol, 'UNAVAILABLE', '503'),
        reason: 'watch-expired',
      });
      await waitFor(async () => (await watchesOf(limited)) === 0, { what: 'their places' });
    },
  );
});

test('a stop ends the watches over every protocol with UNAVAILABLE', async () => {
  const stopped = await startLoms(database.urlFor('loms'));
  const orderId = await createOrder();
  const watches = protocols.map((protocol) => watchOrder(stopped, protocol, { orderId }));
  await Promise.all(watches.map((watch) => told(watch, 2)));
  expect(await stopped.stop()).toEqual({ code: 0, signal: null });
  for (const [index, { end }] of watches.entries())
    expect(await end).toMatchObject({
      code: codeAt(protocols[index]!, 'UNAVAILABLE', '503'),
      reason: 'stopping',
    });
});
