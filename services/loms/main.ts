import { runService } from '#platform/base/run-service.ts';
import { uncached } from '#platform/cache/cache.ts';
import { openCache } from '#platform/cache/open-cache.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { openTimers } from '#platform/messaging/timer/open-timers.ts';
import { openIdempotencyKeys } from '#platform/serving/idempotency/purge.ts';
import { serve } from '#platform/serving/serve.ts';
import { follow } from '#platform/serving/watch/follow.ts';
import { openWatches } from '#platform/serving/watch/open-watches.ts';
import { configSchema } from './config.ts';
import { lomsContract } from './contract.ts';
import { isFinal } from './domain/status-change.ts';
import { createLomsService } from './rpc/loms-service.ts';
import { service } from './service.ts';
import { cacheStocks } from './store/cached-stocks.ts';
import { loadForCreation } from './store/load-for-creation.ts';
import { findChangesAfter } from './store/order-changes.ts';
import { findOrder } from './store/orders.ts';
import { saveReserved } from './store/save-created.ts';
import { saveFailed } from './store/save-failed.ts';
import { saveStatusChange } from './store/save-status-change.ts';
import { paymentTimeouts } from './timers/payment-timeouts.ts';
import { createOrder } from './usecases/create-order.ts';
import { loadOrder } from './usecases/load-order.ts';
import { cancelOrder, payOrder } from './usecases/change-status.ts';
import { showStock } from './usecases/show-stock.ts';

/** Wires loms: database, timers, use cases, servers. */
await runService(service, configSchema, async (context) => {
  const { config } = context;
  const database = await openDatabase(context);
  const { pool } = database;
  const wakeUp = openOutbox(context, database);
  openIdempotencyKeys(context, database);

  const cache = config.STOCKS_CACHE === 'on' ? await openCache(context) : uncached;
  const { findStock, noteStocks } = cacheStocks(pool, cache);
  const save = {
    pool,
    noteStocks,
    wakePublisher: () => wakeUp.signal(),
    paymentTimeoutMs: config.PAYMENT_TIMEOUT,
  };
  const eventDeps = { now: pool.clock.now, newEventId: pool.clock.newId };
  openTimers(context, database, paymentTimeouts({ eventDeps, save }));
  const watches = openWatches(context, database, findChangesAfter(pool));
  const orders = { findOrder: findOrder(pool) };
  const changeDeps = { ...eventDeps, ...orders, saveStatusChange: saveStatusChange(save) };

  await serve(context, {
    contract: lomsContract,
    implementation: createLomsService({
      createOrder: createOrder({
        ...eventDeps,
        loadForCreation: loadForCreation(pool),
        saveReserved: saveReserved(save),
        saveFailed: saveFailed(save),
      }),
      loadOrder: (orderId) => loadOrder(orders, orderId),
      payOrder: payOrder(changeDeps),
      cancelOrder: cancelOrder(changeDeps),
      showStock: showStock({ findStock }),
      watchOrder: follow({ ...watches, isFinal, load: (orderId) => loadOrder(orders, orderId) }),
    }),
    checks: database.checks,
    limits: { maxStallMs: config.WATCH_STALL_SECONDS * 1_000 },
    rest: { preconditionStatus: config.HTTP_PRECONDITION_STATUS === '400' ? 400 : 412 },
  });
});
