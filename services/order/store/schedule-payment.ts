import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { PaymentMethod } from '../domain/order.ts';
import type { PaymentWanted } from '../usecases/pay-order.ts';
import { timerKind } from './timer-kinds.ts';

/** The payload of a timer that completes a payment. */
export interface PaymentPayload {
  method: PaymentMethod;
  headers: Call['headers'];
}

// A timer that exists already stays as it is: payment may have charged by its method.
const insertPayment = prepareStatement<{ payload: PaymentPayload }>(
  'order_schedule_payment',
  `INSERT INTO "order".timers AS t (kind, key, due_at, payload)
   VALUES ('${timerKind.finishPayment}', $1, statement_timestamp() + $2::float8 * interval '1 ms', $3)
   ON CONFLICT (kind, key) DO UPDATE SET payload = t.payload
   RETURNING payload`,
);

/**
 * Schedules a timer that completes the payment after `finishAfterMs` if this process dies. Returns the method of
 * the payment that is under way.
 */
export const schedulePayment =
  (pool: Queryable, finishAfterMs: number) =>
  async ({ orderId, method }: PaymentWanted, { headers }: Call): Promise<PaymentMethod> => {
    const payload: PaymentPayload = { method, headers };
    const [row] = await insertPayment(pool, [orderId, finishAfterMs, payload]);
    return row?.payload.method ?? method;
  };
