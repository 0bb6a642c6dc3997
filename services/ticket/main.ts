import { reportOnly } from '#platform/base/readiness.ts';
import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { inboxConsumer } from '#platform/messaging/inbox/start-inbox.ts';
import { openOutbox } from '#platform/messaging/outbox/open-outbox.ts';
import { serve } from '#platform/serving/serve.ts';
import { configSchema } from './config.ts';
import { createdItems } from './consumers/created-items.ts';
import { ticketContract } from './contract.ts';
import { createTicketService } from './rpc/ticket-service.ts';
import { service } from './service.ts';
import { createItem, markSeen } from './store/items.ts';

/** Wires ticket: database, consumer and servers. */
await runService(service, configSchema, async (context) => {
  const { config } = context;
  const database = await openDatabase(context);
  const { pool } = database;
  const wakeUp = openOutbox(context, database);
  const consumer = inboxConsumer(createdItems(config, markSeen(pool.clock.now)));
  const inboxChecks = await openInbox(context, database, [consumer]);
  await serve(context, {
    contract: ticketContract,
    implementation: createTicketService({
      createItem: createItem({
        ...{ pool, ...pool.clock, topic: config.TICKET_TOPIC },
        wakePublisher: () => wakeUp.signal(),
      }),
    }),
    // a problem of a consumer is reported, but does not make the service unready
    checks: { ...database.checks, ...reportOnly(inboxChecks) },
  });
});
