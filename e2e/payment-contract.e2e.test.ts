import { PaymentMethod, PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { makeBookingTopic } from '../testing/order/start-shop.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import { contractWords } from '../testing/services/contract-words.ts';
import type { RestContract } from '../testing/services/rest-client.ts';
import { protocols, startService, type RunningService } from '../testing/services/start-service.ts';

const { payOrder, voidPayment } = PaymentService.method;

const rest: RestContract = {
  paths: {
    PayOrder: 'POST /api/v1/payments',
    VoidPayment: 'POST /api/v1/payments/{order_id}/void',
  },
};

let payment: RunningService;

beforeAll(async () => {
  const database = await createTestDatabase();
  const kafka = createTestKafka(process.env['TEST_KAFKA_BROKERS']!);
  const bookings = await makeBookingTopic(kafka, database);
  const env = { DATABASE_URL: database.urlFor('payment'), ...bookings };
  payment = await startService({ name: 'payment', rest, env });
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
