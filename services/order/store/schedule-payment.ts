import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { PaymentMethod } from '../domain/order.ts';
import type { PaymentWanted } from '../usecases/pay-order.ts';
import { timerKind } from './timer-kinds.ts';

/** What stands in the payload of a payment that is to be finished. */
export interface PaymentPayload {
  method: PaymentMethod;
  headers: Call['headers'];
}

// The one that is there already stays as it is: payment may have charged by its method.
const insertPayment = prepareStatement<{ payload: PaymentPayload }>(
  'order_schedule_payment',
  `INSERT INTO "order".timers AS t (kind, key, due_at, payload)
   VALUES ('${timerKind.finishPayment}', $1, statement_timestamp() + $2::float8 * interval '1 ms', $3)
   ON CONFLICT (kind, key) DO UPDATE SET payload = t.payload
   RETURNING payload`,
);

/** The payment is finished after `finishAfterMs`, should we not do it. Gives the method of the one under way. */
export const schedulePayment =
  (pool: Queryable, finishAfterMs: number) =>
  async ({ orderId, method }: PaymentWanted, { headers }: Call): Promise<PaymentMethod> => {
    const payload: PaymentPayload = { method, headers };
    const [row] = await insertPayment(pool, [orderId, finishAfterMs, payload]);
    return row?.payload.method ?? method;
  };
