import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { waitFor } from '../testing/wait-for.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import {
  killLeftLoms,
  launchLoms,
  startLoms,
  type RunningLoms,
} from '../testing/loms/start-loms.ts';
import { openLomsTables, type LomsTables } from '../testing/loms/tables.ts';

const { orderCreate, orderInfo, orderPay } = LomsService.method;

let database: TestDatabase;
let tables: LomsTables;

beforeAll(async () => {
  database = await createTestDatabase();
  tables = openLomsTables(database.adminUrl);
});

afterEach(killLeftLoms);
afterAll(() => tables.close());

const orderOf = (sku: bigint, count = 1) => ({ userId: 1n, items: [{ sku, count }] });
const timed = { PAYMENT_TIMEOUT: '1s' };
const idOf = ({ answer }: { answer?: unknown }) => (answer as { orderId: bigint }).orderId;

test('an unpaid order is cancelled, a payed one is not', async () => {
  // long enough for the calls below on a busy machine
  const loms = await startLoms(database.urlFor('loms'), { PAYMENT_TIMEOUT: '10s' });
  const sku = await tables.addStock(10);
  const unpaid = idOf(await loms.clients.grpc.call(orderCreate, orderOf(sku, 2)));
  const other = idOf(await loms.clients.rest.call(orderCreate, orderOf(sku, 3)));
  const payed = idOf(await loms.clients.rest.call(orderCreate, orderOf(sku, 4)));
  await loms.clients.grpc.call(orderPay, { orderId: payed });
  const statusOf = async (orderId: bigint, protocol: 'grpc' | 'rest') => {
    const { answer } = await loms.clients[protocol].call(orderInfo, { orderId });
    return (answer as unknown as { status: string }).status;
  };
  expect(await statusOf(unpaid, 'grpc')).toBe('awaiting payment');
  await waitFor(async () => (await statusOf(unpaid, 'rest')) === 'cancelled', { what: 'one' });
  await waitFor(async () => (await statusOf(other, 'grpc')) === 'cancelled', { what: 'other' });
  expect(await statusOf(payed, 'rest')).toBe('payed');
  expect((await tables.eventsOf(unpaid)).at(-1)).toEqual({
    sequence: 3,
    status: 'cancelled',
    previousStatus: 'awaiting payment',
    reason: 'payment-timeout',
  });
  expect(await tables.stockOf(sku)).toEqual({ totalCount: 6, reserved: 0 });
  expect(await tables.findHalfDone()).toEqual([]);
  await loms.stop();
});

test('it holds for an order of a process that was killed, in one that has no such setting', async () => {
  const first = await startLoms(database.urlFor('loms'), timed);
  const sku = await tables.addStock(10);
  const orderId = idOf(await first.clients.grpc.call(orderCreate, orderOf(sku)));
  first.process.kill('SIGKILL');
  first.closeClients();
  const second = await startLoms(database.urlFor('loms'));
  await waitFor(async () => (await tables.eventsOf(orderId)).length === 3, { what: 'the event' });
  expect(await tables.stockOf(sku)).toEqual({ totalCount: 10, reserved: 0 });
  await second.stop();
});

test('a wrong one is named', async () => {
  const loms = launchLoms({ DATABASE_URL: database.urlFor('loms'), PAYMENT_TIMEOUT: '15 min' });
  expect(await loms.exit).toEqual({ code: 1, signal: null });
  expect(loms.lines.join('\n')).toMatch(/Say a number and a unit.*15m\s+→ at PAYMENT_TIMEOUT/s);
});

test('two processes cancel 600 orders at once, one is killed in the middle: each order once', async () => {
  const sku = await tables.addStock(600);
  const maker = await startLoms(database.urlFor('loms'), { PAYMENT_TIMEOUT: '24h' });
  const make = async (loms: RunningLoms) => {
    for (let n = 0; n < 25; n += 1) await loms.clients.grpc.call(orderCreate, orderOf(sku));
  };
  await Promise.all(Array.from({ length: 24 }, () => make(maker)));
  expect(await tables.stockOf(sku)).toEqual({ totalCount: 600, reserved: 600 });
  await maker.stop();
  const both = [await startLoms(database.urlFor('loms')), await startLoms(database.urlFor('loms'))];
  const left = async () => (await tables.stockOf(sku)).reserved;
  // the middle lasts until the kill: some timers are kept from both
  const holder = await tables.admin.connect();
  await holder.query('BEGIN');
  const due = (which: string) =>
    `UPDATE loms.timers SET due_at = now() WHERE ctid IN (SELECT ctid FROM loms.timers ${which})`;
  await holder.query(due('LIMIT 100'));
  await tables.admin.query(due('FOR UPDATE SKIP LOCKED'));
  await waitFor(async () => (await left()) < 550, { what: 'the middle', intervalMs: 1 });
  both[0]!.process.kill('SIGKILL');
  expect(await left()).toBeGreaterThanOrEqual(100);
  await holder.query('COMMIT');
  holder.release();
  await waitFor(async () => (await left()) === 0, { what: 'the end', timeoutMs: 60_000 });
  expect(await tables.findHalfDone()).toEqual([]);
  const { rows } = await tables.admin.query(
    `SELECT payload->>'reason' AS reason, count(*)::int AS n FROM loms.outbox
      WHERE sequence = 3 AND key IN (SELECT order_id::text FROM loms.order_items WHERE sku = $1)
      GROUP BY 1`,
    [sku],
  );
  expect(rows).toEqual([{ reason: 'payment-timeout', n: 600 }]);
  expect((await tables.admin.query('SELECT FROM loms.timers')).rowCount).toBe(0);
  both[0]!.closeClients();
  await both[1]!.stop();
});
