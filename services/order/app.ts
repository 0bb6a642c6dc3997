import { OrderService } from '#gen/order/v1/order_pb.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openServicePool } from '#platform/database/service-pool.ts';
import { openDoors } from '#platform/serving/doors.ts';
import { keepIdempotencyKeysPurged } from '#platform/serving/idempotency/purge.ts';
import { groupCheck } from '#platform/messaging/kafka/group-check.ts';
import type { Lifecycle } from '#platform/base/lifecycle.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { onlyTold } from '#platform/base/readiness.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { loadTokens } from '#platform/base/tokens.ts';
import { openWatches } from '#platform/serving/watch/open-watches.ts';
import { startAssembledShips } from './assembled-ships.ts';
import type { Config } from './config.ts';
import { toOutboxEvent } from './events/order-paid.ts';
import { startOrderTimers } from './order-timers.ts';
import { openPeers } from './peers.ts';
import { orderNotes } from './rpc/api-notes.ts';
import { createOrderService } from './rpc/order-service.ts';
import { orderRest } from './rpc/rest.ts';
import { orderRoles } from './rpc/roles.ts';
import { findChangesAfter } from './store/order-changes.ts';
import type { SaveDeps } from './store/save-deps.ts';
import { createUseCases } from './use-cases.ts';

const schema = 'order';

export interface OrderParts {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** Puts order together: database, inventory and payment, timers, use cases, consumer, doors. */
export const startOrder = async ({ config, logger, lifecycle }: OrderParts): Promise<void> => {
  const pool = await openServicePool({ config, schema, logger, lifecycle });
  const wakeUp = openOutbox({ config, schema, pool, logger, lifecycle });
  const purge = keepIdempotencyKeysPurged({ pool, schema, logger }, lifecycle.stopping);
  lifecycle.onClose('idempotency keys', () => purge);
  const metrics = createMetrics();
  const { registry } = metrics;
  const { inventory, payment } = await openPeers({ config, logger, registry, lifecycle });

  const afterCommit: SaveDeps['afterCommit'] = (followUp) => {
    wakeUp.signal();
    if (followUp !== undefined) timers.scheduled(followUp.kind, followUp.dueInMs);
  };
  const save = {
    ...{ pool, afterCommit },
    toOutboxEvent: toOutboxEvent(config.KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC),
  };
  const timers = startOrderTimers({ pool, schema, logger, registry, inventory, payment, save });
  lifecycle.onClose('timers', () => timers.stop());
  const inbox = await startAssembledShips({ config, pool, schema, logger, registry, afterCommit });
  lifecycle.onClose('inbox', () => inbox.stop());
  const readAfter = findChangesAfter(pool);
  const watches = openWatches({ config, schema, readAfter, metrics, logger });
  lifecycle.onClose('watches', () => watches.close());

  const useCases = createUseCases({
    ...{ pool, save, inventory, payment, watches },
    undoAfterMs: config.UNDO_AFTER,
  });
  const access = { tokens: await loadTokens(config.AUTH_TOKENS_FILE), roles: orderRoles };
  await openDoors({
    ...{ config, lifecycle, metrics, logger },
    checks: {
      ...databaseChecks(pool),
      group: onlyTold(groupCheck(inbox)),
      'dead letters': onlyTold(() => inbox.checkLetters()),
    },
    services: [
      createRpcService(OrderService, createOrderService(useCases), { logger, metrics, access }),
    ],
    limits: { maxStallMs: config.WATCH_STALL_SECONDS * 1_000 },
    corsOrigins: config.CORS_ORIGINS,
    apiNotes: orderNotes,
    rest: orderRest,
  });
};
