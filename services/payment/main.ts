import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { plainRest } from '#platform/serving/rest/options.ts';
import { serve } from '#platform/serving/serve.ts';
import { configSchema } from './config.ts';
import { paymentContract } from './contract.ts';
import { createPaymentService } from './rpc/payment-service.ts';
import { service } from './service.ts';
import { saveCharged, voidPayment } from './store/payments.ts';
import { payOrder } from './usecases/pay-order.ts';

/** Wires payment: database, use cases, servers. */
await runService(service, configSchema, async (context) => {
  const { pool, checks } = await openDatabase(context);
  const { now, newId } = pool.clock;
  await serve(context, {
    contract: paymentContract,
    implementation: createPaymentService({
      payOrder: payOrder({ now, newTransactionId: newId, saveCharged: saveCharged(pool) }),
      voidPayment: voidPayment(pool, now),
    }),
    checks,
    rest: plainRest,
  });
});
