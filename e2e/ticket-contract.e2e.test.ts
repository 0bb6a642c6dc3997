import { TicketService, TicketStatus } from '#gen/ticket/v1/ticket_pb.ts';
import { makeBookingTopic } from '../testing/booking/make-topic.ts';
import { orderEventMessage } from '../testing/booking/order-events.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { publishEvents } from '../testing/events/event-messages.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import type { RestContract } from '../testing/services/rest-client.ts';
import { protocols, startService, type RunningService } from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

const { getTicket, getFlight } = TicketService.method;

const rest: RestContract = {
  paths: { GetTicket: 'GET /api/v1/tickets/{order_id}', GetFlight: 'GET /api/v1/flights' },
};

let ticket: RunningService;
const paid = crypto.randomUUID();
const inTenDays = new Date(Date.now() + 864_000_000).toISOString();
const [date, time] = [inTenDays.slice(0, 10), inTenDays.slice(11, 16)];
const flight = { from: 'SVO', to: 'GDX', date, time, airline: 'SU' };

beforeAll(async () => {
  const database = await createTestDatabase();
  const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
  const bookings = await makeBookingTopic(kafka, database);
  const env = { DATABASE_URL: database.urlFor('ticket'), DEFAULT_CAPACITY: '7', ...bookings };
  ticket = await startService({ name: 'ticket', rest, env });
  const order = { userId: crypto.randomUUID(), paymentId: crypto.randomUUID(), amountMinor: 1n };
  const authorized = orderEventMessage('PaymentAuthorized', paid, { ...order, ...flight });
  await publishEvents(kafka, bookings.KAFKA_BOOKING_ORDER_EVENTS_TOPIC, [authorized]);
});

afterAll(() => ticket.stop());

describe.each(protocols)('Tickets through %s', (protocol) => {
  const { ask, expectRefusal, expectInvalid } = contractWords(() => ticket, protocol);

  test('a ticket is issued by the event of its payment, and shown with the events that made it', async () => {
    const shown = () => ask(getTicket, { orderId: paid.toUpperCase() });
    await waitFor(async () => (await shown()).ticket !== undefined, { what: 'the ticket' });
    const { ticket: issued, outbox, inbox } = await shown();
    expect(issued).toMatchObject({ orderId: paid, status: TicketStatus.ISSUED, seat: 1 });
    const producer = 'ticket-service';
    expect(inbox).toMatchObject([{ consumer: producer, eventType: 'PaymentAuthorized' }]);
    const causationId = inbox[0]?.eventId;
    const payload = { payload: { ticket_id: issued?.ticketId, seat: 1, ...flight } };
    expect(outbox).toMatchObject([{ eventType: 'TicketIssued', producer, causationId, payload }]);
    const salesEndAt = { seconds: BigInt(Date.parse(`${date}T${time}Z`) / 1_000 - 3_600) };
    expect(await ask(getFlight, flight)).toMatchObject({ capacity: 2, sold: 1, salesEndAt });
  });

  test('an order of which nothing was heard has no ticket', async () => {
    const unknown = await ask(getTicket, { orderId: crypto.randomUUID() });
    expect([unknown.ticket, unknown.outbox, unknown.inbox]).toEqual([undefined, [], []]);
    await expectInvalid(getTicket, { orderId: 'x' }, 'order_id');
  });

  test('a flight of a route without a rule has the default capacity', async () => {
    const answer = await ask(getFlight, { ...flight, airline: 'X1' });
    expect(answer).toMatchObject({ capacity: 7, sold: 0 });
  });

  test('there is no flight on a day that does not exist', async () => {
    const refusal = { code: 'NOT_FOUND', reason: 'flight-not-found' };
    await expectRefusal(getFlight, { ...flight, date: '2027-02-29' }, refusal);
    await expectInvalid(getFlight, { ...flight, time: '24:00' }, 'time');
  });
});

test('/metrics says how many events were handled, by type', async () => {
  const metrics = await (await fetch(`${ticket.url}/metrics`)).text();
  expect(metrics).toContain('ticket_service_events_processed_total{type="PaymentAuthorized"} 1\n');
  expect(metrics).toContain('ticket_service_events_processed_total{type="RefundRequested"} 0\n');
});
