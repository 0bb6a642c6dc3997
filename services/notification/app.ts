import { defineApp } from '#platform/base/run-service.ts';
import { databaseChecks } from '#platform/database/check.ts';
import { openDatabase } from '#platform/database/open-database.ts';
import { openInbox } from '#platform/messaging/inbox/open-inbox.ts';
import { serveHealth } from '#platform/serving/serve.ts';
import { openChannel } from './clients/open-channel.ts';
import { configSchema } from './config.ts';
import { createConsumers } from './consumers/notifications.ts';

/** Wires notification: database, the channel for messages, consumers, health. */
export const app = defineApp(configSchema, async (context) => {
  const database = await openDatabase(context);
  const consumers = createConsumers(context.config, openChannel(context));
  const inboxChecks = await openInbox(context, database, consumers);
  await serveHealth(context, { ...databaseChecks(database.pool), ...inboxChecks });
});
