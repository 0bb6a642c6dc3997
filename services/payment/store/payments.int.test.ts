import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { reasonOf } from '#platform/base/errors.ts';
import { newId } from '#platform/base/ids.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import type { Charge } from '../domain/payment.ts';
import { payOrder } from '../usecases/pay-order.ts';
import { saveCharged, voidPayment } from './payments.ts';

let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  pool = openTestPool(database.urlFor('payment'));
});
afterAll(() => pool.end());

let now = new Date(1_000);
const clock = () => now;
const pay = (charge: Charge) =>
  payOrder({ now: clock, newTransactionId: newId, saveCharged: saveCharged(pool) })(charge);
const voidIt = (orderId: string) => voidPayment(pool, clock)(orderId);

const newCharge = (): Charge => ({
  orderId: crypto.randomUUID(),
  userId: crypto.randomUUID(),
  amountMinor: 9_007_199_254_740_991n,
  method: 'INVESTOR_MONEY',
});
const rowOf = async ({ orderId }: Charge) => {
  const { rows } = await pool.query<Record<string, unknown>>(
    'SELECT * FROM payment.payments WHERE order_id = $1',
    [orderId],
  );
  expect(rows).toHaveLength(1);
  return rows[0];
};

test('a charge is kept with its transaction; again gives the same and changes nothing', async () => {
  const charge = newCharge();
  now = new Date(1_000);
  const transactionId = await pay(charge);
  const row = {
    order_id: charge.orderId,
    status: 'CHARGED',
    user_id: charge.userId,
    amount_minor: charge.amountMinor,
    payment_method: 'INVESTOR_MONEY',
    transaction_id: transactionId,
    created_at: new Date(1_000),
    updated_at: new Date(1_000),
  };
  expect(await rowOf(charge)).toEqual(row);
  now = new Date(2_000);
  expect(await pay(charge)).toBe(transactionId);
  await expect(pay({ ...charge, amountMinor: 5n })).rejects.toMatchObject({
    reason: 'payment-differs',
  });
  expect(await rowOf(charge)).toEqual(row);
});

test('a hundred twins are one charge', async () => {
  const charge = newCharge();
  const transactions = await Promise.all(Array.from({ length: 100 }, () => pay(charge)));
  expect(new Set(transactions).size).toBe(1);
  expect(await rowOf(charge)).toMatchObject({ transaction_id: transactions[0] });
});

test('a voided charge keeps its transaction and is not paid any more', async () => {
  const charge = newCharge();
  now = new Date(1_000);
  const transactionId = await pay(charge);
  now = new Date(2_000);
  await voidIt(charge.orderId);
  now = new Date(3_000);
  await voidIt(charge.orderId);
  await expect(pay(charge)).rejects.toMatchObject({ reason: 'payment-voided' });
  expect(await rowOf(charge)).toMatchObject({
    status: 'VOIDED',
    transaction_id: transactionId,
    updated_at: new Date(2_000),
  });
});

test('a payment that was voided before it came is never charged', async () => {
  const charge = newCharge();
  await voidIt(charge.orderId);
  await expect(pay(charge)).rejects.toMatchObject({ reason: 'payment-voided' });
  expect(await rowOf(charge)).toMatchObject({ status: 'VOIDED', transaction_id: null });
});

test('of payments and voids of one order at once all end voided', async () => {
  const charge = newCharge();
  const calls = Array.from({ length: 60 }, (_, i) =>
    i % 3 === 1 ? voidIt(charge.orderId) : pay(charge),
  );
  const settled = await Promise.allSettled<unknown>(calls);
  const reasons = settled.flatMap((one) =>
    one.status === 'rejected' ? [reasonOf(one.reason)] : [],
  );
  expect(new Set(reasons)).toEqual(new Set(['payment-voided']));
  expect(await rowOf(charge)).toMatchObject({ status: 'VOIDED' });
});
