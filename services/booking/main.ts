import { reportOnly } from '#platform/base/readiness.ts';
import { runService } from '#platform/base/run-service.ts';
import { openCache } from '#platform/cache/open-cache.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { inboxConsumer } from '#platform/messaging/inbox/start-inbox.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { openTimers } from '#platform/messaging/timer/open-timers.ts';
import { findWorkflow } from '#platform/messaging/workflow.ts';
import { openIdempotencyKeys } from '#platform/serving/idempotency/purge.ts';
import { serve } from '#platform/serving/serve.ts';
import { openWatches } from '#platform/serving/watch/open-watches.ts';
import { openClients } from './clients/open-clients.ts';
import { configSchema } from './config.ts';
import { orderEvents } from './consumers/order-events.ts';
import { bookingContract } from './contract.ts';
import { producer } from './events/order-event.ts';
import { createSagaMetrics } from './metrics.ts';
import { loadPriceRules } from './price-rules.ts';
import { createBookingService } from './rpc/booking-service.ts';
import { bookingRest } from './rpc/rest.ts';
import { service } from './service.ts';
import { cacheOrders } from './store/cached-orders.ts';
import { findChangesAfter } from './store/fact-changes.ts';
import { openQuotes } from './store/quotes.ts';
import { openReports } from './store/report-days.ts';
import { countStuck } from './store/stuck.ts';
import { sagaTimeouts } from './timers/saga-timeouts.ts';
import { createUseCases } from './use-cases.ts';

/** Wires booking: database, cache, timers, payment and ticket, prices, the consumer, servers. */
await runService(service, configSchema, async (context) => {
  const { config } = context;
  const priceRules = await loadPriceRules(config.PRICE_RULES_FILE);
  const database = await openDatabase(context);
  const { pool } = database;
  const wakeUp = openOutbox(context, database);
  openIdempotencyKeys(context, database);
  openQuotes(context, database);
  openReports(context, database);
  const clients = await openClients(context);

  const sagaTimeoutMs = config.SAGA_TIMEOUT;
  const orders = cacheOrders(pool, await openCache(context));
  const afterCommit = (orderIds: readonly string[]) => {
    wakeUp.signal();
    void orders.noteOrders(orderIds);
  };
  const save = { pool, topic: config.KAFKA_BOOKING_ORDER_EVENTS_TOPIC, sagaTimeoutMs, afterCommit };
  openTimers(context, database, sagaTimeouts({ save, onTimeout: config.SAGA_ON_TIMEOUT }));
  const metrics = createSagaMetrics(context.metrics.registry, () => countStuck(pool));
  const consumer = inboxConsumer(
    orderEvents(config, {
      pool,
      metrics,
      afterCommit: (changed) => {
        // it has written no event, but the orders may be watched
        if (changed.length > 0) wakeUp.signal();
        void orders.noteChanged(changed);
      },
    }),
  );
  const inboxChecks = await openInbox(context, database, [consumer]);
  const watches = openWatches(context, database, findChangesAfter(pool));

  const useCases = createUseCases({
    ...clients,
    save,
    orders,
    watches,
    priceRules,
    findEvents: findWorkflow(pool, service.schema, producer),
    quoteValidityMs: config.QUOTE_VALIDITY,
  });
  await serve(context, {
    contract: bookingContract,
    implementation: createBookingService(useCases, sagaTimeoutMs),
    // a broken consumer is no reason to take the service out of rotation
    checks: { ...database.checks, ...reportOnly(inboxChecks) },
    limits: { maxStallMs: config.WATCH_STALL_SECONDS * 1_000 },
    rest: bookingRest,
  });
});
