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
import { ticketContract } from './contract.ts';
import { producer } from './events/ticket-event.ts';
import { createTicketService } from './rpc/ticket-service.ts';
import { service } from './service.ts';
import { findSale } from './store/sales.ts';
import { findTicket } from './store/tickets.ts';

/** Wires ticket: database, the consumer that issues and cancels tickets, servers. */
await runService(service, configSchema, async (context) => {
  const { config, metrics } = context;
  const database = await openDatabase(context);
  const { pool } = database;
  const wakeUp = openOutbox(context, database);
  const count = countHandled(metrics.registry, {
    name: 'ticket_service_events_processed_total',
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
    contract: ticketContract,
    implementation: createTicketService({
      findTicket: findTicket(pool),
      findSale: findSale(pool, config.DEFAULT_CAPACITY),
      findWorkflow: findWorkflow(pool, service.schema, producer),
    }),
    // a problem of a consumer is reported, but does not make the service unready
    checks: { ...database.checks, ...reportOnly(inboxChecks) },
    rest: plainRest,
  });
});
