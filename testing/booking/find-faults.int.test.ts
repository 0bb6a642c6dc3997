import { Client } from 'pg';
import { createTestDatabase } from '../engines/database.ts';
import { actedOnBy } from './acted-on.ts';
import { findFaults, findUndone, findUnderWay } from './find-faults.ts';

const order = crypto.randomUUID();
const another = crypto.randomUUID();
const user = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
let admin: Client;

const query = async <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await admin.query(text, values)).rows as Row[];

const events = [
  ['booking', 'OrderCreated'],
  ['payment', 'PaymentAuthorized'],
  ['ticket', 'TicketIssued'],
] as const;
const consumers = {
  booking: 'order-service',
  payment: 'payment-service',
  ticket: 'ticket-service',
};

const insertEvent = async ([schema, type]: (typeof events)[number], n: number) => {
  const [{ id } = { id: '' }] = await query<{ id: string }>('SELECT uuidv7()::text AS id');
  await admin.query(`
    INSERT INTO ${schema}.outbox
      (id, topic, key, sequence, event_type, payload, headers, bucket, created_at, sent_at, status)
    VALUES ('${id}', 'x', '${order}', 1, '${type}', '{}', '{}', 0, now(), now(), 'COMPLETED');
    INSERT INTO booking.facts VALUES ('${order}', ${n + 1}, '${id}', '${type}', NULL, NULL, now());
    ${actedOnBy[type]
      .map(
        (at) => `
    INSERT INTO ${at}.inbox (event_id, consumer, topic, key, source, sequence, event_type, partition, "offset")
    VALUES ('${id}', '${consumers[at]}', 'x', '${order}', '${schema}', 1, '${type}', 0, ${n});`,
      )
      .join('')}`);
};

/** Inserts one order whose ticket is issued, with every row that belongs to it in all three schemas. */
beforeAll(async () => {
  admin = new Client({ connectionString: (await createTestDatabase()).adminUrl });
  await admin.connect();
  await admin.query(`
    INSERT INTO booking.orders (order_id, user_id, status, amount_minor, origin, destination, flight_date, flight_time,
      airline, sequence, event_count, created_at, updated_at)
    VALUES ('${order}', '${user}', 'TICKET_ISSUED', 100, 'SVO', 'LED', '2099-01-01', '09:30', 'SU', 3, 1, now(), now());
    INSERT INTO payment.booking_payments (order_id, status, payment_id, user_id, amount_minor, event_count, created_at,
      updated_at)
    VALUES ('${order}', 'AUTHORIZED', '${another}', '${user}', 100, 1, now(), now());
    INSERT INTO ticket.flights VALUES ('SVO-LED-2099-01-01T09:30-SU', now(), now(), 2);
    INSERT INTO ticket.tickets (order_id, status, ticket_id, flight, seat, event_count, created_at, updated_at)
    VALUES ('${order}', 'ISSUED', '${another}', 'SVO-LED-2099-01-01T09:30-SU', 2, 1, now(), now())`);
  for (const [n, event] of events.entries()) await insertEvent(event, n);
});
afterAll(() => admin.end());
beforeEach(() => admin.query('BEGIN'));
afterEach(() => admin.query('ROLLBACK'));

test('nothing is wrong with an order of which there is everything, and nothing left to do', async () => {
  expect(await findFaults(query)).toEqual([]);
  expect(await findUndone(query)).toEqual([]);
  expect(await findUnderWay(query)).toEqual([]);
});

const lose = (schema: string, type: string) => `
  DELETE FROM ${schema}.outbox WHERE event_type = '${type}';
  DELETE FROM booking.facts WHERE type = '${type}';
  ${Object.keys(consumers)
    .map((at) => `DELETE FROM ${at}.inbox WHERE event_type = '${type}';`)
    .join('')}`;

test.each([
  ['an order that is charged without a ticket', 'DELETE FROM ticket.tickets'],
  ['an order with a ticket that nobody paid', 'DELETE FROM payment.booking_payments'],
  ['a cancelled order that is charged', `UPDATE booking.orders SET status = 'CANCELLED'`],
  [
    'a refund of which nobody has said anything',
    `UPDATE payment.booking_payments SET status = 'REFUNDED'`,
  ],
  ['a ticket that was cancelled silently', `UPDATE ticket.tickets SET status = 'CANCELLED'`],
  ['another amount', 'UPDATE payment.booking_payments SET amount_minor = 99'],
  ['a payment of nobody', `UPDATE payment.booking_payments SET order_id = '${another}'`],
  ['a seat that there is not', 'UPDATE ticket.flights SET capacity = 1'],
  ['another flight', `UPDATE booking.orders SET airline = 'S7'`],
  ['a gap in the events of a service', 'UPDATE payment.outbox SET sequence = 2'],
  ['an event that booking does not know', `DELETE FROM booking.facts WHERE type = 'TicketIssued'`],
  ['an event that a consumer did not get', 'DELETE FROM ticket.inbox WHERE sequence = 1'],
  ['an event that is parked', `UPDATE payment.inbox SET outcome = 'PARKED'`],
  ['a saga that has ended and counts as stuck', 'UPDATE booking.orders SET stuck_since = now()'],
  ['a step that is lost, while the order does not count as stuck', lose('ticket', 'TicketIssued')],
])('%s is a fault', async (_, sql) => {
  await admin.query(sql);
  expect(await findFaults(query)).not.toEqual([]);
});

test.each([
  [
    'payment',
    'PaymentAuthorized',
    `DELETE FROM payment.booking_payments; DELETE FROM ticket.tickets;
    ${lose('ticket', 'TicketIssued')} UPDATE booking.orders SET status = 'CREATED', sequence = 1,`,
  ],
  [
    'ticket',
    'TicketIssued',
    `DELETE FROM ticket.tickets;
    UPDATE booking.orders SET status = 'PAYMENT_AUTHORIZED', sequence = 2,`,
  ],
])(
  'an order that is stuck for want of %s is no fault, and is found with it',
  async (service, type, sql) => {
    await admin.query(`${lose(service, type)} ${sql} stuck_since = now()`);
    expect(await findFaults(query)).toEqual([]);
    expect(await findUnderWay(query)).toEqual([
      { orderId: order, isStuck: true, missing: [service] },
    ]);
  },
);

test.each([
  ['events of ticket unsent', `UPDATE ticket.outbox SET sent_at = NULL, status = 'CREATED'`],
  [
    'events yet to come to order-service',
    `DELETE FROM booking.inbox WHERE event_type = 'TicketIssued'`,
  ],
])('%s are left to do', async (what, sql) => {
  await admin.query(sql);
  expect(await findUndone(query)).toEqual([`1 ${what}`]);
});
