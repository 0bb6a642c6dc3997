import { BookingService, OrderStatus } from '#gen/booking/v1/booking_pb.ts';
import { BookingPaymentStatus } from '#gen/payment/v1/payment_pb.ts';
import { TicketStatus } from '#gen/ticket/v1/ticket_pb.ts';
import { startBooking, type BookingSystem } from '../testing/booking/start-booking.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import { killLeftServices, protocols, type Protocol } from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

const { createOrder, getOrder, getWorkflow, refundOrder, listOrders, quotePrice } =
  BookingService.method;
const { CREATED, PAYMENT_AUTHORIZED, TICKET_ISSUED, CANCELLED, REFUND_PENDING, REFUNDED } =
  OrderStatus;

const userId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
const blockedUser = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a15';
const flight = { from: 'SVO', to: 'LED', date: '2099-05-01', time: '09:30', airline: 'SU' };
const order = { userId, ...flight, amountMinor: 1_250_000n };
const timeoutMs = 120_000;

let booking: BookingSystem;

beforeAll(async () => {
  booking = await startBooking({
    payment: { PAYMENT_LIMIT_MINOR: '50000000', BLOCKED_USERS: blockedUser },
  });
});
afterAll(async () => {
  await booking.close();
  await killLeftServices();
});

const wordsOf = (protocol: Protocol) => {
  const words = contractWords(() => booking.services.booking, protocol);
  const { ask } = words;
  const create = async (changes: object = {}): Promise<string> =>
    (await ask(createOrder, { ...order, ...changes })).orderId;
  const show = async (orderId: string) => {
    const { order: found } = await ask(getOrder, { orderId });
    return found!;
  };
  const untilStatus = (orderId: string, status: OrderStatus) =>
    waitFor(async () => (await show(orderId)).status === status, {
      what: `order ${orderId} to be ${status}`,
      timeoutMs,
    });
  const untilOver = (orderId: string) =>
    waitFor(
      async () => {
        const { steps } = await ask(getWorkflow, { orderId });
        return steps.every(({ state }) => ['done', 'failed', 'compensated'].includes(state));
      },
      { what: `the saga of ${orderId} to end`, timeoutMs },
    );
  return { ...words, create, show, untilStatus, untilOver };
};

describe.each(protocols)('an order through %s', (protocol) => {
  const { ask, create, show, untilStatus, untilOver } = wordsOf(protocol);

  test('an order is CREATED, paid for, and its ticket issued', async () => {
    const answer = await ask(createOrder, order);
    expect(answer.status).toBe(CREATED);
    await untilStatus(answer.orderId, TICKET_ISSUED);
    expect(await show(answer.orderId)).toMatchObject({ ...order, orderId: answer.orderId });
  });

  test('the workflow shows outboxes, inboxes, payment, ticket and steps, by time', async () => {
    const orderId = await create();
    await untilStatus(orderId, TICKET_ISSUED);
    const complete = async () => {
      const found = await ask(getWorkflow, { orderId });
      const isSent = found.outbox.every(({ status }) => status === 'COMPLETED');
      return found.inbox.length === 4 && isSent ? found : undefined;
    };
    const workflow = await waitFor(complete, { what: 'all events to be handled', timeoutMs });
    const { outbox, inbox, payment, ticket, steps, unavailable } = workflow;
    expect(outbox).toMatchObject([
      { eventType: 'OrderCreated', producer: 'order-service', sequence: 1n },
      { eventType: 'PaymentAuthorized', producer: 'payment-service', sequence: 1n },
      { eventType: 'TicketIssued', producer: 'ticket-service', sequence: 1n },
    ]);
    const [created, authorized] = outbox.map(({ id }) => id);
    expect(outbox.map((event) => event.causationId)).toEqual([undefined, created, authorized]);
    expect(outbox.map((event) => event.correlationId)).toEqual([orderId, orderId, orderId]);
    expect(outbox[0]?.payload).toMatchObject({
      id: created,
      type: 'OrderCreated',
      payload: { order_id: orderId, user_id: userId, amount_minor: 1_250_000, from: 'SVO' },
    });
    const seen = inbox.map(({ consumer, eventType }) => `${consumer} ${eventType}`);
    expect(seen.toSorted()).toEqual([
      'order-service PaymentAuthorized',
      'order-service TicketIssued',
      'payment-service OrderCreated',
      'ticket-service PaymentAuthorized',
    ]);
    expect(payment).toMatchObject({ orderId, status: BookingPaymentStatus.AUTHORIZED });
    expect(ticket).toMatchObject({ orderId, status: TicketStatus.ISSUED });
    expect(steps).toMatchObject([
      { id: 'create-order', service: 'booking', state: 'done' },
      { id: 'authorize-payment', service: 'payment', state: 'done' },
      { id: 'issue-ticket', service: 'ticket', state: 'done' },
    ]);
    expect(unavailable).toEqual([]);
  });

  test.each([
    ['of too high an amount', { amountMinor: 50_000_001n }, 'amount-over-limit'],
    ['of a blocked user', { userId: blockedUser }, 'user-blocked'],
  ])('a payment %s is refused, and the order CANCELLED', async (_, changes, reason) => {
    const orderId = await create(changes);
    await untilStatus(orderId, CANCELLED);
    expect(await show(orderId)).toMatchObject({ reason });
    const { payment, ticket, steps } = await ask(getWorkflow, { orderId });
    expect(payment).toMatchObject({ status: BookingPaymentStatus.REFUSED, reason });
    expect(ticket).toBeUndefined();
    expect(steps).toMatchObject([{ state: 'done' }, { id: 'authorize-payment', state: 'failed' }]);
  });

  test('a flight that has departed: the payment is voided, the order CANCELLED', async () => {
    const orderId = await create({ date: '2020-05-01' });
    await untilOver(orderId);
    expect(await show(orderId)).toMatchObject({ status: CANCELLED, reason: 'flight-departed' });
    const { payment, ticket } = await ask(getWorkflow, { orderId });
    expect(payment).toMatchObject({ status: BookingPaymentStatus.VOIDED });
    expect(ticket).toMatchObject({ status: TicketStatus.REJECTED, reason: 'flight-departed' });
  });

  test('the third order of a flight with two seats: sold out, voided, CANCELLED', async () => {
    const small = { to: 'GDX', time: `0${protocols.indexOf(protocol)}:15` };
    const orderIds = await Promise.all([create(small), create(small), create(small)]);
    await Promise.all(orderIds.map(untilOver));
    const found = await Promise.all(orderIds.map(show));
    const statuses = found.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([TICKET_ISSUED, TICKET_ISSUED, CANCELLED].toSorted());
    expect(found.find(({ status }) => status === CANCELLED)?.reason).toBe('sold-out');
  });
});

describe.each(protocols)('a refund through %s', (protocol) => {
  const { ask, expectRefusal, create, show, untilStatus } = wordsOf(protocol);

  test('a refund: the ticket is cancelled, the payment refunded, the order REFUNDED', async () => {
    const orderId = await create();
    await untilStatus(orderId, TICKET_ISSUED);
    expect((await ask(refundOrder, { orderId, reason: 'ill' })).status).toBe(REFUND_PENDING);
    expect((await ask(refundOrder, { orderId })).status).toBe(REFUND_PENDING);
    await untilStatus(orderId, REFUNDED);
    expect(await show(orderId)).toMatchObject({ reason: 'ill' });
    const { payment, ticket, steps } = await ask(getWorkflow, { orderId });
    expect(payment).toMatchObject({ status: BookingPaymentStatus.REFUNDED });
    expect(ticket).toMatchObject({ status: TicketStatus.CANCELLED });
    expect(steps.map(({ state }) => state)).toEqual(['done', 'compensated', 'compensated']);
    expect((await ask(refundOrder, { orderId })).status).toBe(REFUND_PENDING);
  });

  test('refunds that are refused: while the saga is under way, of cancelled and unknown orders', async () => {
    const { ticket } = booking.services;
    ticket.process.kill('SIGSTOP');
    const orderId = await create();
    await untilStatus(orderId, PAYMENT_AUTHORIZED);
    const underWay = { code: 'FAILED_PRECONDITION', reason: 'saga-under-way' };
    await expectRefusal(refundOrder, { orderId }, underWay);
    ticket.process.kill('SIGCONT');
    await untilStatus(orderId, TICKET_ISSUED);
    const cancelled = await create({ amountMinor: 60_000_000n });
    await untilStatus(cancelled, CANCELLED);
    const refusal = { code: 'FAILED_PRECONDITION', reason: 'order-cancelled' };
    await expectRefusal(refundOrder, { orderId: cancelled }, refusal);
    const unknown = { code: 'NOT_FOUND', reason: 'order-not-found' };
    for (const method of [refundOrder, getOrder, getWorkflow])
      await expectRefusal(method, { orderId: crypto.randomUUID() }, unknown);
  });
});

describe.each(protocols)('prices and lists through %s', (protocol) => {
  const { ask, expectRefusal, expectInvalid, create, show, untilStatus } = wordsOf(protocol);

  test('an unknown user, a day that does not exist, wrong fields', async () => {
    const unknown = { code: 'NOT_FOUND', reason: 'user-not-found' };
    await expectRefusal(createOrder, { ...order, userId: crypto.randomUUID() }, unknown);
    await expectInvalid(createOrder, { ...order, date: '2099-02-30' }, 'date');
    await expectInvalid(createOrder, { ...order, time: '24:00' }, 'time');
    await expectInvalid(createOrder, { ...order, airline: 'aeroflot' }, 'airline');
    await expectInvalid(createOrder, { ...order, amountMinor: 0n }, 'amount_minor');
  });

  test('a quote explains its price, and an order takes it', async () => {
    const { quoteId, amountMinor, lines, validUntil } = await ask(quotePrice, flight);
    expect(lines.length).toBeGreaterThanOrEqual(4);
    expect(lines.reduce((sum, line) => sum + line.amountMinor, 0n)).toBe(amountMinor);
    expect(Number(validUntil!.seconds) * 1_000).toBeGreaterThan(Date.now());
    const orderId = await create({ amountMinor: undefined, quoteId });
    expect((await show(orderId)).amountMinor).toBe(amountMinor);
    const priced = await create({ amountMinor: undefined });
    expect((await show(priced)).amountMinor).toBeGreaterThan(0n);
  });

  test('a quote that is expired, unknown or for another flight is refused, and a price of a past flight', async () => {
    const { quoteId } = await ask(quotePrice, flight);
    const quoted = { userId, ...flight, quoteId };
    const differs = { code: 'FAILED_PRECONDITION', reason: 'quote-differs' };
    await expectRefusal(createOrder, { ...quoted, time: '09:31' }, differs);
    const expire = `UPDATE booking.quotes SET valid_until = now() - interval '1 s' WHERE quote_id = $1`;
    await booking.system.query(expire, [quoteId]);
    const expired = { code: 'FAILED_PRECONDITION', reason: 'quote-expired' };
    await expectRefusal(createOrder, quoted, expired);
    const unknown = { code: 'NOT_FOUND', reason: 'quote-not-found' };
    await expectRefusal(createOrder, { ...quoted, quoteId: crypto.randomUUID() }, unknown);
    const departed = { code: 'FAILED_PRECONDITION', reason: 'flight-departed' };
    await expectRefusal(quotePrice, { ...flight, date: '2020-01-01' }, departed);
    await expectInvalid(quotePrice, { ...flight, date: '2099-02-30' }, 'date');
  });

  test('orders are listed, the newest first, by user and status, page by page', async () => {
    const user = {
      userId: `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1${2 + (protocols.indexOf(protocol) % 3)}`,
    };
    const before = (await ask(listOrders, { ...user, pageSize: 1_000 })).orders.length;
    // of one millisecond no order is the newer one, and what a process knows of the time may be set back by some
    const made = [await create(user), await create(user), await create(user)].toSorted();
    const first = await ask(listOrders, { ...user, pageSize: 2 });
    expect(first.orders.map(({ orderId }) => orderId)).toEqual([made[2], made[1]]);
    const pageToken = first.nextPageToken;
    const next = await ask(listOrders, { ...user, pageSize: 2, pageToken });
    expect(next.orders[0]?.orderId).toBe(made[0]);
    expect((await ask(listOrders, { ...user, pageSize: 1_000 })).orders).toHaveLength(before + 3);
    await untilStatus(made[0]!, TICKET_ISSUED);
    const issued = await ask(listOrders, { ...user, status: TICKET_ISSUED });
    expect(issued.orders.map(({ orderId }) => orderId)).toContain(made[0]);
    expect((await ask(listOrders, { ...user, stuck: true })).orders).toEqual([]);
    await expectInvalid(listOrders, { pageToken: 'x' }, 'page_token');
  });
});
