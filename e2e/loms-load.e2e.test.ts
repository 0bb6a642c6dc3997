import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { startLoms, type RunningLoms } from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

const { orderCreate, orderPay, orderCancel } = LomsService.method;

let tables: LomsTables;
let loms: RunningLoms;

beforeAll(async () => {
  const database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
  loms = await startLoms(database.urlFor('loms'));
});

afterAll(async () => {
  await loms.stop();
  await tables.close();
});

const clientOf = (n: number) => (n % 2 === 0 ? loms.clients.grpc : loms.clients.connect);

/** Runs the work for 0, 1, 2 … concurrently. */
const atOnce = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)));

const tally = (outcomes: readonly { code: string; reason?: string }[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { code, reason } of outcomes) {
    const name = reason ?? code;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
};

test('200 orders at once for the last 100 pieces: 100 get them, 100 are out of stock', async () => {
  const sku = await tables.addStock(150, 50);
  const items = [{ sku, count: 1 }];
  const outcomes = await atOnce(200, (n) => clientOf(n).call(orderCreate, { userId: 1n, items }));
  expect(tally(outcomes)).toEqual({ OK: 100, 'out-of-stock': 100 });
  expect(await tables.stockOf(sku)).toEqual({ totalCount: 150, reserved: 150 });
  const { rows } = await tables.admin.query(
    `SELECT status, sequences, count(*)::int FROM (
       SELECT o.status::text, array_agg(e.sequence::int ORDER BY e.seq) AS sequences
         FROM loms.orders o JOIN loms.order_items i USING (order_id)
         JOIN loms.outbox e ON e.key = o.order_id::text
        WHERE i.sku = $1 GROUP BY o.order_id)
      GROUP BY status, sequences ORDER BY status`,
    [sku],
  );
  expect(rows).toEqual([
    { status: 'awaiting payment', sequences: [1, 2], count: 100 },
    { status: 'failed', sequences: [1, 2], count: 100 },
  ]);
  expect(await tables.findHalfDone()).toEqual([]);
});

test('orders of the same skus in every order of naming never deadlock', async () => {
  const skus = [await tables.addStock(1_000), await tables.addStock(1_000)];
  const payOrCancel = (orderId: bigint, n: number) =>
    clientOf(n).call(n % 3 === 0 ? orderPay : orderCancel, { orderId });
  const outcomes = await atOnce(100, async (n) => {
    const named = n % 2 === 0 ? skus : skus.toReversed();
    const items = named.map((sku) => ({ sku, count: 1 }));
    const created = await clientOf(n).call(orderCreate, { userId: 1n, items });
    const { orderId } = created.answer as unknown as { orderId: bigint };
    return payOrCancel(orderId, n);
  });
  expect(tally(outcomes)).toEqual({ OK: 100 });
  const payed = 34;
  for (const sku of skus) {
    expect(await tables.stockOf(sku)).toEqual({ totalCount: 1_000 - payed, reserved: 0 });
  }
});

test('50 payments and 50 cancellations of one order at once: one of them wins, and once', async () => {
  const sku = await tables.addStock(10);
  const items = [{ sku, count: 4 }];
  const created = await loms.clients.grpc.call(orderCreate, { userId: 1n, items });
  const { orderId } = created.answer as unknown as { orderId: bigint };
  const outcomes = await atOnce(100, async (n) => {
    const rpc = n % 4 < 2 ? orderPay : orderCancel;
    return { rpc, ...(await clientOf(n).call(rpc, { orderId })) };
  });
  const pays = tally(outcomes.filter(({ rpc }) => rpc === orderPay));
  const cancels = tally(outcomes.filter(({ rpc }) => rpc === orderCancel));
  const isPayed = pays['OK'] !== undefined;
  expect({ pays, cancels }).toEqual(
    isPayed
      ? { pays: { OK: 50 }, cancels: { 'order-not-cancellable': 50 } }
      : { pays: { 'order-not-payable': 50 }, cancels: { OK: 50 } },
  );
  const events = await tables.eventsOf(orderId);
  expect(events.map(({ status }) => status)).toEqual([
    'new',
    'awaiting payment',
    isPayed ? 'payed' : 'cancelled',
  ]);
  expect(await tables.stockOf(sku)).toEqual({ totalCount: isPayed ? 6 : 10, reserved: 0 });
});
