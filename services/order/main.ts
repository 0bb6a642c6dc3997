import { reportOnly } from '#platform/base/readiness.ts';
import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { openTimers } from '#platform/messaging/timer/open-timers.ts';
import { openIdempotencyKeys } from '#platform/serving/idempotency/purge.ts';
import { serve } from '#platform/serving/serve.ts';
import { openWatches } from '#platform/serving/watch/open-watches.ts';
import { openClients } from './clients/open-clients.ts';
import { configSchema } from './config.ts';
import { assembledShips } from './consumers/assembled-ships.ts';
import { orderContract } from './contract.ts';
import { createOrderService } from './rpc/order-service.ts';
import { orderRest } from './rpc/rest.ts';
import { service } from './service.ts';
import type { SaveDeps } from './store/side-effects.ts';
import { findChangesAfter } from './store/order-changes.ts';
import { orderTimers } from './timers/order-timers.ts';
import { createUseCases } from './use-cases.ts';

/** Wires order: database, inventory and payment, timers, use cases, consumer, servers. */
await runService(service, configSchema, async (context) => {
  const { config } = context;
  const database = await openDatabase(context);
  const { pool } = database;
  const wakeUp = openOutbox(context, database);
  openIdempotencyKeys(context, database);
  const clients = await openClients(context);

  const afterCommit: SaveDeps['afterCommit'] = (followUp) => {
    wakeUp.signal();
    // assigned below, before the first commit
    if (followUp !== undefined) timers.scheduled(followUp.kind, followUp.dueInMs);
  };
  const save = { pool, topic: config.KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC, afterCommit };
  const timers = openTimers(context, database, orderTimers({ pool, save, ...clients }));
  const consumer = assembledShips(config, { pool, afterCommit });
  const inboxChecks = await openInbox(context, database, [consumer]);
  const watches = openWatches(context, database, findChangesAfter(pool));

  const undoAfterMs = config.UNDO_AFTER;
  const useCases = createUseCases({ pool, save, watches, undoAfterMs, ...clients });
  await serve(context, {
    contract: orderContract,
    implementation: createOrderService(useCases),
    // a broken consumer is no reason to take the service out of rotation
    checks: { ...database.checks, ...reportOnly(inboxChecks) },
    limits: { maxStallMs: config.WATCH_STALL_SECONDS * 1_000 },
    rest: orderRest,
  });
});
