import { reportOnly } from '#platform/base/readiness.ts';
import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { countHandled } from '#platform/messaging/inbox/count-handled.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { inboxConsumer } from '#platform/messaging/inbox/start-inbox.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { findWorkflow } from '#platform/messaging/workflow.ts';
import { plainRest } from '#platform/serving/rest/options.ts';
import { serve } from '#platform/serving/serve.ts';
import { configSchema } from './config.ts';
import { orderEvents } from './consumers/order-events.ts';
import { paymentContract } from './contract.ts';
import { producer } from './events/payment-event.ts';
import { createPaymentService } from './rpc/payment-service.ts';
import { service } from './service.ts';
import { findBookingPayment } from './store/booking-payments.ts';
import { saveCharged, voidPayment } from './store/payments.ts';
import { payOrder } from './usecases/pay-order.ts';

/** Wires payment: database, use cases, the consumer that pays bookings, servers. */
await runService(service, configSchema, async (context) => {
  const { config, metrics } = context;
  const database = await openDatabase(context);
  const { pool } = database;
  const { now, newId } = pool.clock;
  const wakeUp = openOutbox(context, database);
  const count = countHandled(metrics.registry, {
    name: 'payment_service_events_processed_total',
    types: service.consumers[0].types,
  });
  const consumer = inboxConsumer(
    orderEvents(config, {
      clock: pool.clock,
      afterCommit: (events) => {
        count(events);
        wakeUp.signal();
      },
    }),
  );
  const inboxChecks = await openInbox(context, database, [consumer]);
  await serve(context, {
    contract: paymentContract,
    implementation: createPaymentService({
      payOrder: payOrder({ now, newTransactionId: newId, saveCharged: saveCharged(pool) }),
      voidPayment: voidPayment(pool, now),
      findBookingPayment: findBookingPayment(pool),
      findWorkflow: findWorkflow(pool, service.schema, producer),
    }),
    // a problem of the consumer is reported, but does not make the service unready
    checks: { ...database.checks, ...reportOnly(inboxChecks) },
    rest: plainRest,
  });
});
