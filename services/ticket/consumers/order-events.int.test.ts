import { createTestDatabase } from '../../../testing/engines/database.ts';
import { receivedOrderEvent } from '../../../testing/booking/order-events.ts';
import { handleInOppositeOrders } from '../../../testing/booking/two-batches.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { newId } from '#platform/base/ids.ts';
import type { Pool } from '#platform/database/pool.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import { findWorkflow } from '#platform/messaging/workflow.ts';
import type { Flight } from '../domain/flight.ts';
import { findSale } from '../store/sales.ts';
import { findTicket } from '../store/tickets.ts';
import { handleOrderEvents } from './order-events.ts';

let pool: Pool;

beforeAll(async () => {
  pool = openTestPool((await createTestDatabase()).urlFor('ticket'));
});
afterAll(() => pool.end());

type Received = ReturnType<typeof receivedOrderEvent>;

const capacity = 3;
const handleIn = (tx: Transaction, events: readonly Received[]) =>
  handleOrderEvents({ clock: pool.clock, topic: 'bookings', capacity })(tx, events);
const handle = (...events: Received[]) => withTransaction(pool, (tx) => handleIn(tx, events));

const minute = 60_000;
/** A flight of a route without a rule, unless it is given; each is one of its own. */
const flightIn = (minutes: number, route: Partial<Flight> = {}): Flight => {
  const departure = new Date(Date.now() + minutes * minute).toISOString();
  const [date, time] = [departure.slice(0, 10), departure.slice(11, 16)];
  return { from: 'AAA', to: 'BBB', airline: 'X1', date, time, ...route };
};
let days = 10;
const newFlight = (route?: Partial<Flight>) => flightIn((days += 1) * 24 * 60, route);
const remote = { from: 'SVO', to: 'GDX', airline: 'SU' };

const paid = (flight: Flight, orderId: string = newId()) =>
  receivedOrderEvent('PaymentAuthorized', orderId, {
    ...{ ...flight, userId: newId(), amountMinor: 100n, paymentId: newId() },
  });
const refund = (orderId: string) =>
  receivedOrderEvent('RefundRequested', orderId, { reason: 'why', outcome: 'REFUNDED' });
const ticketOf = ({ key }: Received) => findTicket(pool)(key);
const eventsOf = async ({ key }: Received) =>
  (await findWorkflow(pool, 'ticket', 'ticket-service')(key)).outbox;
const typesOf = async (received: Received) =>
  (await eventsOf(received)).map(({ eventType }) => eventType);
const list = async <Row>(text: string): Promise<Row[]> => (await pool.query(text)).rows as Row[];

const issuedOn = async (flight: Flight) => (await findSale(pool, capacity)(flight)).sold;

test('a paid order gets a seat, and its event says which, by whom and why', async () => {
  const flight = newFlight();
  const order = paid(flight);
  await handle(order, receivedOrderEvent('OrderCreated', newId(), {}));
  const ticket = await ticketOf(order);
  expect(ticket).toMatchObject({ status: 'ISSUED', seat: 1, eventCount: 1n });
  expect(await eventsOf(order)).toMatchObject([
    {
      payload: {
        type: 'TicketIssued',
        sequence: 1,
        correlation_id: order.key,
        causation_id: order.id,
        producer: 'ticket-service',
        payload: {
          ...{ order_id: order.key, ticket_id: ticket?.ticketId, seat: 1, ...flight },
          user_id: order.event.payload?.userId,
        },
      },
      ...{ sequence: 1n, causationId: order.id, eventType: 'TicketIssued', status: 'CREATED' },
    },
  ]);
  const headers = `SELECT headers FROM ticket.outbox WHERE key = '${order.key}'`;
  const { traceparent } = order.headers;
  expect(await list(headers)).toEqual([
    { headers: { traceparent, 'correlation-id': order.key, 'causation-id': order.id } },
  ]);
});

test('of orders at once for the last seat one gets it, and one is refused', async () => {
  const flight = newFlight(remote);
  await handle(paid(flight));
  const orders = [paid(flight), paid(flight)];
  await Promise.all(orders.map((order) => handle(order)));
  const tickets = await Promise.all(orders.map(ticketOf));
  expect(tickets.map((ticket) => [ticket?.status, ticket?.seat, ticket?.reason])).toEqual(
    expect.arrayContaining([
      ['ISSUED', 2, null],
      ['REJECTED', null, 'sold-out'],
    ]),
  );
  expect(await findSale(pool, capacity)(flight)).toMatchObject({ capacity: 2, sold: 2 });
});

test('a cancelled ticket frees its seat, also for an order of the same batch', async () => {
  const flight = newFlight();
  const [first, second, third, fourth, fifth] = Array.from({ length: 5 }, () => paid(flight));
  await handle(first!, second!, third!);
  await handle(refund(second!.key), fourth!, fifth!);
  expect(await ticketOf(second!)).toMatchObject({ status: 'CANCELLED', seat: 2 });
  expect(await ticketOf(fourth!)).toMatchObject({ status: 'ISSUED', seat: 2 });
  expect(await ticketOf(fifth!)).toMatchObject({ status: 'REJECTED', reason: 'sold-out' });
  expect(await eventsOf(second!)).toMatchObject([
    { eventType: 'TicketIssued', sequence: 1n },
    { eventType: 'TicketCancelled', sequence: 2n, payload: { payload: { seat: 2 } } },
  ]);
  await handle(refund(third!.key));
  const sixth = paid(flight);
  await handle(sixth);
  expect(await ticketOf(sixth)).toMatchObject({ status: 'ISSUED', seat: 3 });
});

test('an order that is paid and refunded in one batch holds no seat', async () => {
  const flight = newFlight();
  const [order, next] = [paid(flight), paid(flight)];
  await handle(order, refund(order.key), next);
  expect(await typesOf(order)).toEqual(['TicketIssued', 'TicketCancelled']);
  expect(await ticketOf(order)).toMatchObject({ status: 'CANCELLED', seat: 1, eventCount: 2n });
  expect(await ticketOf(next)).toMatchObject({ status: 'ISSUED', seat: 1 });
});

test('what is said again changes nothing, in the same batch and later', async () => {
  const flight = newFlight();
  const order = paid(flight);
  await handle(order, paid(flight, order.key));
  await handle(order);
  expect(await typesOf(order)).toEqual(['TicketIssued']);
  await handle(refund(order.key), refund(order.key));
  await handle(refund(order.key));
  expect(await typesOf(order)).toEqual(['TicketIssued', 'TicketCancelled']);
  expect(await issuedOn(flight)).toBe(0);
});

test('a refund before the payment: no ticket is issued any more', async () => {
  const order = paid(newFlight());
  await handle(refund(order.key));
  await handle(order);
  expect(await ticketOf(order)).toMatchObject({ status: 'CANCELLED', ticketId: null });
  expect(await typesOf(order)).toEqual(['TicketCancelled']);
});

test.each<[string, Flight]>([
  ['flight-departed', flightIn(-60)],
  ['sales-ended', flightIn(20, { from: 'SVO', to: 'LED', airline: 'SU' })],
  ['flight-not-found', { ...flightIn(0), date: '2027-02-30' }],
])('an order is refused, and then cancelled: %s', async (reason, flight) => {
  const order = paid(flight);
  await handle(order);
  expect(await ticketOf(order)).toMatchObject({ status: 'REJECTED', reason });
  await handle(refund(order.key));
  expect(await ticketOf(order)).toMatchObject({ status: 'CANCELLED', reason });
  expect(await typesOf(order)).toEqual(['TicketRejected', 'TicketCancelled']);
});

test('a flight keeps the capacity of its first sale; without a rule that of the setting', async () => {
  const flight = newFlight();
  expect(await findSale(pool, 7)(flight)).toMatchObject({ capacity: 7, sold: 0 });
  await handle(paid(flight));
  expect(await findSale(pool, 7)(flight)).toMatchObject({ capacity: 3, sold: 1 });
});

test('batches at once, in opposite orders of flights and keys, do not deadlock; no seat is taken twice', async () => {
  const flights = Array.from({ length: 20 }, () => newFlight());
  const batches = Array.from({ length: 6 }, (_, i) => {
    const orders = flights.map((flight) => paid(flight));
    return i % 2 === 0 ? orders : orders.toReversed();
  });
  await Promise.all(batches.map((batch) => handle(...batch)));
  expect(await Promise.all(flights.map(issuedOn))).toEqual(flights.map(() => capacity));
  const orders = batches.flat();
  const refunds = orders.map(({ key }) => refund(key));
  // the same orders by two transactions, while others buy the seats
  await Promise.all([
    handle(...refunds),
    handle(...refunds.toReversed()),
    handle(...flights.map((flight) => paid(flight))),
    handle(...flights.toReversed().map((flight) => paid(flight))),
  ]);
  const cancelled = orders.map(async (order) => (await typesOf(order)).at(-1));
  expect(new Set(await Promise.all(cancelled))).toEqual(new Set(['TicketCancelled']));
  const twice = `SELECT flight, seat FROM ticket.tickets WHERE status = 'ISSUED'
    GROUP BY flight, seat HAVING count(*) > 1`;
  expect(await list(twice)).toEqual([]);
  const uneven = `SELECT key FROM ticket.outbox GROUP BY key
    HAVING max(sequence) <> count(*) OR count(DISTINCT sequence) <> count(*)`;
  expect(await list(uneven)).toEqual([]);
});

test.each<[string, (flight: Flight) => Received, string]>([
  ['paid', (flight) => paid(flight), 'TicketIssued'],
  ['refunded before they were paid', () => refund(newId()), 'TicketCancelled'],
])('the same new orders, %s, by two transactions at once', async (_, newOrder, type) => {
  const orders = Array.from({ length: 100 }, () => newOrder(newFlight()));
  const failed = await handleInOppositeOrders({ pool, role: 'ticket', handle: handleIn }, orders);
  // the later one, and not by a deadlock; the inbox handles its events again
  expect(failed).toEqual([expect.stringContaining('duplicate key')]);
  await handle(...orders);
  expect(await Promise.all(orders.map(typesOf))).toEqual(orders.map(() => [type]));
});
