import { z } from 'zod';
import { duration, durationMs, environmentSettings, port } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { maxAttempts } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { service } from './service.ts';

const telegramSettings = {
  /** When off, messages are logged instead, and the bot does not run. */
  TELEGRAM_ENABLED: z.stringbool().default(false),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'not a token of a bot (digits, a colon, letters)')
    .optional(),
  TELEGRAM_CHAT_ID: z
    .string()
    .regex(/^(-?\d+|@\w+)$/, 'a number, or the @name of a channel')
    .optional(),
  TELEGRAM_API_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.telegram.org')
    .transform((url) => url.replace(/\/+$/, '')),
};

const settings = z.object({
  ...environmentSettings,
  ...databaseSettings,
  DATABASE_POOL_SIZE: databaseSettings.DATABASE_POOL_SIZE.default(8),
  ...kafkaSettings,
  KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: z.string().default(topicOf(service.consumers[0].event)),
  KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: z.string().default(topicOf(service.consumers[1].event)),
  KAFKA_NOTIFICATION_PAYMENT_GROUP_ID: z.string().default(service.consumers[0].group),
  KAFKA_NOTIFICATION_ASSEMBLY_GROUP_ID: z.string().default(service.consumers[1].group),
  NOTIFICATION_KAFKA_RETRY_MAX_ATTEMPTS: maxAttempts.default(3),
  NOTIFICATION_KAFKA_RETRY_BACKOFF_BASE: duration.default(1_000),
  /** After this time without a heartbeat another replica takes over. */
  SESSION_TIMEOUT_MS: durationMs.default(3_000),
  ...telegramSettings,
  HTTP_PORT: port.default(service.ports.http),
});

export const configSchema = settings.superRefine((config, context) => {
  if (!config.TELEGRAM_ENABLED || config.TELEGRAM_BOT_TOKEN !== undefined) return;
  const path = ['TELEGRAM_BOT_TOKEN'];
  context.addIssue({ code: 'custom', path, message: 'TELEGRAM_ENABLED needs it' });
});

export type Config = z.output<typeof configSchema>;
