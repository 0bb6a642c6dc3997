import { z } from 'zod';
import { duration, environmentSettings, healthPort } from '#platform/base/config.ts';
import { secret } from '#platform/base/secret-files.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { maxAttempts } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { service } from './service.ts';

const telegramSettings = {
  TELEGRAM_ENABLED: z
    .stringbool()
    .prefault('false')
    .describe(
      'true: messages go to Telegram, and the bot answers; false: messages are logged instead.',
    ),
  TELEGRAM_BOT_TOKEN: secret(
    z
      .string()
      .regex(/^\d+:[\w-]+$/, 'not a token of a bot (digits, a colon, letters)')
      .optional()
      .describe('The token of the bot; TELEGRAM_ENABLED needs it.'),
  ),
  TELEGRAM_CHAT_ID: z
    .string()
    .regex(/^(-?\d+|@\w+)$/, 'a number, or the @name of a channel')
    .optional()
    .describe(
      'The chat that the bot writes to. Until it is known messages are logged; /start tells it.',
    ),
  TELEGRAM_API_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .transform((url) => url.replace(/\/+$/, ''))
    .describe('Where the Bot API is.'),
};

const settings = z.object({
  ...environmentSettings,
  ...databaseSettings,
  DATABASE_POOL_SIZE: databaseSettings.DATABASE_POOL_SIZE.default(8).describe(
    'Connections to Postgres at the most; a message that is being sent holds one.',
  ),
  ...kafkaSettings,
  KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe('The topic of paid orders, which is read.'),
  KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: z
    .string()
    .default(topicOf(service.consumers[1].event))
    .describe('The topic of assembled ships, which is read.'),
  KAFKA_NOTIFICATION_PAYMENT_GROUP_ID: z
    .string()
    .default(service.consumers[0].group)
    .describe('Replicas of one group share the partitions; another name tells everything again.'),
  KAFKA_NOTIFICATION_ASSEMBLY_GROUP_ID: z
    .string()
    .default(service.consumers[1].group)
    .describe('The same for assembled ships.'),
  NOTIFICATION_KAFKA_RETRY_MAX_ATTEMPTS: maxAttempts
    .default(3)
    .describe('How often a message that fails is tried before it becomes a dead letter.'),
  NOTIFICATION_KAFKA_RETRY_BACKOFF_BASE: duration
    .prefault('1s')
    .describe('The wait after the first attempt; it doubles with each.'),
  SESSION_TIMEOUT_MS: sessionTimeout,
  ...telegramSettings,
  HTTP_PORT: healthPort(service.ports.http),
});

export const configSchema = settings.superRefine((config, context) => {
  if (!config.TELEGRAM_ENABLED || config.TELEGRAM_BOT_TOKEN !== undefined) return;
  const path = ['TELEGRAM_BOT_TOKEN'];
  context.addIssue({ code: 'custom', path, message: 'TELEGRAM_ENABLED needs it' });
});

export type Config = z.output<typeof configSchema>;
