import { BookingPaymentStatus, PaymentMethod, PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { makeBookingTopic } from '../testing/booking/make-topic.ts';
import { orderEventMessage } from '../testing/booking/order-events.ts';
import { publishEvents } from '../testing/events/event-messages.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import type { RestContract } from '../testing/services/rest-client.ts';
import { protocols, startService, type RunningService } from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

const { payOrder, voidPayment, getBookingPayment } = PaymentService.method;

const rest: RestContract = {
  paths: {
    PayOrder: 'POST /api/v1/payments',
    VoidPayment: 'POST /api/v1/payments/{order_id}/void',
    GetBookingPayment: 'GET /api/v1/booking-payments/{order_id}',
  },
};

let payment: RunningService;
const booked = crypto.randomUUID();

beforeAll(async () => {
  const database = await createTestDatabase();
  const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
  const bookings = await makeBookingTopic(kafka, database);
  const env = { DATABASE_URL: database.urlFor('payment'), ...bookings };
  payment = await startService({ name: 'payment', rest, env });
  const order = { userId: crypto.randomUUID(), amountMinor: 9_007_199_254_740_991n };
  const flight = { from: 'SVO', to: 'LED', date: '2028-02-29', time: '23:59', airline: 'SU' };
  const created = orderEventMessage('OrderCreated', booked, { ...order, ...flight });
  await publishEvents(kafka, bookings.KAFKA_BOOKING_ORDER_EVENTS_TOPIC, [created]);
});

afterAll(() => payment.stop());

const newCharge = () => ({
  orderId: crypto.randomUUID(),
  userId: crypto.randomUUID(),
  amount: 9_007_199_254_740_991n,
  paymentMethod: PaymentMethod.SBP,
});

describe.each(protocols)('Payments through %s', (protocol) => {
  const { ask, expectRefusal, expectInvalid } = contractWords(() => payment, protocol);

  test('an order is charged once: the same transaction again, at once and in any case of letters', async () => {
    const charge = newCharge();
    const twins = Array.from({ length: 10 }, () => ask(payOrder, charge));
    const transactions = (await Promise.all(twins)).map(({ transactionId }) => transactionId);
    expect(transactions[0]).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const loud = { ...charge, userId: charge.userId.toUpperCase() };
    transactions.push((await ask(payOrder, loud)).transactionId);
    expect(new Set(transactions).size).toBe(1);
    expect((await ask(payOrder, newCharge())).transactionId).not.toBe(transactions[0]);
  });

  test.each([
    { amount: 1n },
    { userId: crypto.randomUUID() },
    { paymentMethod: PaymentMethod.CREDIT_CARD },
  ])('another charge for the order is refused', async (difference) => {
    const charge = newCharge();
    await ask(payOrder, charge);
    await expectRefusal(
      payOrder,
      { ...charge, ...difference },
      {
        code: 'FAILED_PRECONDITION',
        reason: 'payment-differs',
        metadata: { order_id: charge.orderId },
      },
    );
  });

  test.each([true, false])(
    'what is voided is charged no more (charged before: %s)',
    async (was) => {
      const charge = newCharge();
      if (was) await ask(payOrder, charge);
      for (let times = 0; times < 2; times += 1) {
        await ask(voidPayment, { orderId: charge.orderId });
        await expectRefusal(payOrder, charge, {
          code: 'FAILED_PRECONDITION',
          reason: 'payment-voided',
        });
      }
    },
  );

  test.each([
    [{ orderId: 'x' }, 'order_id'],
    [{ userId: '' }, 'user_id'],
    [{ amount: 0n }, 'amount'],
    [{ amount: -5n }, 'amount'],
    [{ paymentMethod: PaymentMethod.UNSPECIFIED }, 'payment_method'],
  ])('%j is refused, naming the field', async (difference, field) => {
    await expectInvalid(payOrder, { ...newCharge(), ...difference }, field);
  });

  test('the payment of a booking is decided by its event, and shown with the events that made it', async () => {
    const shown = () => ask(getBookingPayment, { orderId: booked.toUpperCase() });
    await waitFor(async () => (await shown()).payment !== undefined, { what: 'the payment' });
    const { payment: decided, outbox, inbox } = await shown();
    expect(decided).toMatchObject({
      ...{ orderId: booked, status: BookingPaymentStatus.REFUSED, reason: 'amount-over-limit' },
      amountMinor: 9_007_199_254_740_991n,
    });
    expect(decided?.paymentId).toBeUndefined();
    const producer = 'payment-service';
    expect(inbox).toMatchObject([{ consumer: producer, eventType: 'OrderCreated' }]);
    const causationId = inbox[0]?.eventId;
    expect(outbox).toMatchObject([{ eventType: 'PaymentFailed', producer, causationId }]);
  });

  test('an order of which nothing was heard has no payment', async () => {
    const unknown = await ask(getBookingPayment, { orderId: crypto.randomUUID() });
    expect([unknown.payment, unknown.outbox, unknown.inbox]).toEqual([undefined, [], []]);
    await expectInvalid(getBookingPayment, { orderId: 'x' }, 'order_id');
  });

  test('a void of no order is refused', async () => {
    await expectInvalid(voidPayment, { orderId: 'x' }, 'order_id');
  });
});

test('REST takes amounts as numbers and methods by their short words', async () => {
  const post = async (payment_method: string) => {
    const { orderId: order_id, userId: user_id } = newCharge();
    const response = await fetch(`${payment.url}/api/v1/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ order_id, user_id, amount: 100, payment_method }),
    });
    return [response.status, await response.json()];
  };
  const paid = [200, { transaction_id: expect.any(String) as unknown }];
  for (const word of ['CARD', 'PAYMENT_METHOD_CARD', 'card'])
    expect(await post(word)).toEqual(paid);
  const [status, refusal] = await post('CASH');
  expect(status).toBe(400);
  expect(refusal).toEqual({
    code: 400,
    message: expect.stringContaining('payment_method') as unknown,
    reason: 'invalid-request',
  });
});

test('/metrics says how many events were handled, by type', async () => {
  const metrics = await (await fetch(`${payment.url}/metrics`)).text();
  expect(metrics).toContain('payment_service_events_processed_total{type="OrderCreated"} 1\n');
  expect(metrics).toContain('payment_service_events_processed_total{type="TicketRejected"} 0\n');
});
