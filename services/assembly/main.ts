import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { inboxConsumer } from '#platform/messaging/inbox/start-inbox.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { openTimers } from '#platform/messaging/timer/open-timers.ts';
import { serveHealth } from '#platform/serving/serve.ts';
import { configSchema } from './config.ts';
import { paidOrders } from './consumers/paid-orders.ts';
import { service } from './service.ts';
import { buildTimers } from './timers/builds.ts';

/** Wires assembly: database, timers that finish builds, the consumer that starts them, health. */
await runService(service, configSchema, async (context) => {
  const { config } = context;
  const database = await openDatabase(context);
  const { pool } = database;
  const wakeUp = openOutbox(context, database);
  const kinds = buildTimers({
    announce: { now: pool.clock.now, newEventId: pool.clock.newId },
    topic: config.KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC,
    wakePublisher: () => wakeUp.signal(),
  });
  const timers = openTimers(context, database, kinds);
  const consumer = inboxConsumer(paidOrders(config, timers));
  const inboxChecks = await openInbox(context, database, [consumer]);
  await serveHealth(context, { ...database.checks, ...inboxChecks });
});
