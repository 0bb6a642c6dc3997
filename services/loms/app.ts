import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openServicePool } from '#platform/database/service-pool.ts';
import { openDoors } from '#platform/serving/doors.ts';
import { keepIdempotencyKeysPurged } from '#platform/serving/idempotency/purge.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { loadTokens } from '#platform/base/tokens.ts';
import { openWatches } from '#platform/serving/watch/open-watches.ts';
import type { Config } from './config.ts';
import { startPaymentTimeouts } from './payment-timeouts.ts';
import { lomsNotes } from './rpc/api-notes.ts';
import { createLomsService } from './rpc/loms-service.ts';
import { lomsRoles } from './rpc/roles.ts';
import { loadForCreation } from './store/load-for-creation.ts';
import { findChangesAfter } from './store/order-changes.ts';
import { findOrder } from './store/orders.ts';
import { saveReserved } from './store/save-created.ts';
import { saveFailed } from './store/save-failed.ts';
import { saveSettled } from './store/save-settled.ts';
import { findStock } from './store/stocks.ts';
import { createOrder } from './usecases/create-order.ts';
import { loadOrder } from './usecases/load-order.ts';
import { cancelOrder, payOrder } from './usecases/settle-order.ts';
import { showStock } from './usecases/show-stock.ts';
import { watchOrder } from './usecases/watch-order.ts';

const schema = 'loms';

export interface LomsParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts loms together: database, use cases, doors. */
export const startLoms = async ({ config, logger, lifecycle }: LomsParts): Promise<void> => {
  const pool = await openServicePool({ config, schema, logger, lifecycle });
  const wakeUp = openOutbox({ config, schema, pool, logger, lifecycle });
  const purge = keepIdempotencyKeysPurged({ pool, schema, logger }, lifecycle.stopping);
  lifecycle.onClose('idempotency keys', () => purge);

  const save = {
    pool,
    wakePublisher: () => wakeUp.signal(),
    paymentTimeoutMs: config.PAYMENT_TIMEOUT,
  };
  const announce = { now: pool.clock.now, newEventId: pool.clock.newId };
  const metrics = createMetrics();
  const { registry } = metrics;
  const timers = startPaymentTimeouts({ pool, schema, logger, registry, announce, save });
  lifecycle.onClose('timers', () => timers.stop());
  const orders = { findOrder: findOrder(pool) };
  const readAfter = findChangesAfter(pool);
  const watches = openWatches({ config, schema, readAfter, metrics, logger });
  lifecycle.onClose('watches', () => watches.close());
  const settle = { ...announce, ...orders, saveSettled: saveSettled(save) };
  const service = createLomsService({
    createOrder: createOrder({
      ...announce,
      loadForCreation: loadForCreation(pool),
      saveReserved: saveReserved(save),
      saveFailed: saveFailed(save),
    }),
    loadOrder: (orderId) => loadOrder(orders, orderId),
    payOrder: payOrder(settle),
    cancelOrder: cancelOrder(settle),
    showStock: showStock({ findStock: findStock(pool) }),
    watchOrder: watchOrder({ ...orders, ...watches }),
  });

  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: lomsRoles };
  await openDoors({
    ...{ config, lifecycle, metrics, logger },
    checks: databaseChecks(pool),
    services: [createRpcService(LomsService, service, { logger, metrics, access })],
    limits: { maxStallMs: config.WATCH_STALL_SECONDS * 1_000 },
    corsOrigins: config.CORS_ORIGINS,
    apiNotes: lomsNotes,
    rest: { preconditionStatus: config.HTTP_PRECONDITION_STATUS === '400' ? 400 : 412 },
  });
};
