import { runService } from '#platform/base/run-service.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { serveHealth } from '#platform/serving/serve.ts';
import { openChannel } from './clients/open-channel.ts';
import { configSchema } from './config.ts';
import { createConsumers } from './consumers/notifications.ts';
import { service } from './service.ts';

/** Wires notification: database, the channel for messages, consumers, health. */
await runService(service, configSchema, async (context) => {
  const database = await openDatabase(context);
  const consumers = createConsumers(context.config, openChannel(context));
  const inboxChecks = await openInbox(context, database, consumers);
  await serveHealth(context, { ...database.checks, ...inboxChecks });
});
