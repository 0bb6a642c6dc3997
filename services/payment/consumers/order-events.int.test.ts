import { createTestDatabase } from '../../../testing/engines/database.ts';
import { receivedOrderEvent } from '../../../testing/booking/order-events.ts';
import { handleInOppositeOrders } from '../../../testing/booking/two-batches.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { newId } from '#platform/base/ids.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import { findWorkflow } from '#platform/messaging/workflow.ts';
import { findBookingPayment } from '../store/booking-payments.ts';
import { handleOrderEvents } from './order-events.ts';

let pool: Pool;

beforeAll(async () => {
  pool = openTestPool((await createTestDatabase()).urlFor('payment'));
});
afterAll(() => pool.end());

type Received = ReturnType<typeof receivedOrderEvent>;

const rules = { limitMinor: 1_000n, blockedUsers: new Set<string>() };
const handleIn = (tx: Transaction, events: readonly Received[]) =>
  handleOrderEvents({ clock: pool.clock, topic: 'bookings', rules })(tx, events);
const handle = (...events: Received[]) => withTransaction(pool, (tx) => handleIn(tx, events));

const flight = { from: 'SVO', to: 'LED', date: '2028-02-29', time: '23:59', airline: 'SU' };
const created = (amountMinor = 1_000n, orderId: string = newId()) =>
  receivedOrderEvent('OrderCreated', orderId, { ...flight, userId: newId(), amountMinor });
const rejected = ({ key }: Received) =>
  receivedOrderEvent('TicketRejected', key, { reason: 'sold-out' });
const refund = ({ key }: Received, outcome: 'REFUNDED' | 'CANCELLED') =>
  receivedOrderEvent('RefundRequested', key, { reason: 'why', outcome });
const paymentOf = ({ key }: Received) => findBookingPayment(pool)(key);
const eventsOf = async ({ key }: Received) =>
  (await findWorkflow(pool, 'payment', 'payment-service')(key)).outbox;
const typesOf = async (received: Received) =>
  (await eventsOf(received)).map(({ eventType }) => eventType);

test('a new order is authorized, and its event says for whom, how much and why', async () => {
  const order = created();
  await handle(order, receivedOrderEvent('TicketIssued', newId(), {}));
  const payment = await paymentOf(order);
  expect(payment).toMatchObject({ status: 'AUTHORIZED', amountMinor: 1_000n, eventCount: 1n });
  expect(await eventsOf(order)).toMatchObject([
    {
      payload: {
        type: 'PaymentAuthorized',
        sequence: 1,
        correlation_id: order.key,
        causation_id: order.id,
        producer: 'payment-service',
        payload: {
          ...{ ...flight, order_id: order.key, amount_minor: 1_000 },
          ...{ user_id: payment?.userId, payment_id: payment?.paymentId },
        },
      },
      ...{ sequence: 1n, causationId: order.id, eventType: 'PaymentAuthorized' },
    },
  ]);
});

test('one that is refused keeps the reason, and is announced', async () => {
  const order = created(1_001n);
  await handle(order);
  expect(await paymentOf(order)).toMatchObject({ status: 'REFUSED', reason: 'amount-over-limit' });
  expect(await eventsOf(order)).toMatchObject([
    { payload: { type: 'PaymentFailed', payload: { reason: 'amount-over-limit' } } },
  ]);
});

test('one batch gives payments back in every way; said again, nothing changes', async () => {
  const [kept, noTicket, returned, timedOut, refused] = [0, 0, 0, 0, 1].map((over) =>
    created(1_000n + BigInt(over)),
  );
  await handle(kept!, noTicket!, returned!, timedOut!, refused!);
  const batch = [
    ...[rejected(noTicket!), refund(returned!, 'REFUNDED'), refund(timedOut!, 'CANCELLED')],
    ...[refund(refused!, 'CANCELLED'), kept!, refund(noTicket!, 'CANCELLED')],
  ];
  await handle(...batch);
  await handle(...batch);
  const orders = [kept!, noTicket!, returned!, timedOut!, refused!];
  const payments = await Promise.all(orders.map(paymentOf));
  expect(payments.map((payment) => [payment?.status, payment?.eventCount])).toEqual([
    ['AUTHORIZED', 1n],
    ['VOIDED', 2n],
    ['REFUNDED', 2n],
    ['VOIDED', 2n],
    ['REFUSED', 2n],
  ]);
  const given = ['PaymentAuthorized', 'PaymentRefunded'];
  expect(await Promise.all(orders.map(typesOf))).toEqual([
    given.slice(0, 1),
    ...[given, given, given],
    ['PaymentFailed', 'PaymentRefunded'],
  ]);
});

test('an order that is created and given up in one batch is voided', async () => {
  const order = created();
  await handle(order, refund(order, 'CANCELLED'));
  expect(await paymentOf(order)).toMatchObject({ status: 'VOIDED', eventCount: 2n });
  expect(await typesOf(order)).toEqual(['PaymentAuthorized', 'PaymentRefunded']);
});

test('a refund before the order: it is never authorized', async () => {
  const order = created();
  await handle(refund(order, 'CANCELLED'));
  await handle(order);
  expect(await paymentOf(order)).toMatchObject({ status: 'VOIDED', paymentId: null });
  expect(await typesOf(order)).toEqual(['PaymentRefunded']);
});

test('batches at once in opposite orders do not deadlock, and each order has its events once', async () => {
  const orders = Array.from({ length: 100 }, () => created());
  const failed = await handleInOppositeOrders({ pool, role: 'payment', handle: handleIn }, orders);
  // the later one, and not by a deadlock; the inbox handles its events again
  expect(failed).toEqual([expect.stringContaining('duplicate key')]);
  await handle(...orders);
  const refunds = orders.map((order) => refund(order, 'REFUNDED'));
  await Promise.all([handle(...refunds), handle(...refunds.toReversed())]);
  const types = await Promise.all(orders.map(typesOf));
  expect(types).toEqual(orders.map(() => ['PaymentAuthorized', 'PaymentRefunded']));
});
