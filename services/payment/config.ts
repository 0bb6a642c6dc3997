import { z } from 'zod';
import { commaList } from '#platform/base/config.ts';
import { retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { rpcServiceSettings } from '#platform/serving/serve.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...rpcServiceSettings(service.ports),
  ...kafkaSettings,
  ...retrySettings,
  KAFKA_RETRY_MAX_ATTEMPTS: retrySettings.KAFKA_RETRY_MAX_ATTEMPTS.default(5),
  KAFKA_BOOKING_ORDER_EVENTS_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe(
      'The topic that is read and written; dead letters go to the topic of this name with .dlq.',
    ),
  KAFKA_PAYMENT_CONSUMER_GROUP_ID: z
    .string()
    .default(service.consumers[0].group)
    .describe('Replicas of one group share the partitions.'),
  SESSION_TIMEOUT_MS: sessionTimeout,
  PAYMENT_LIMIT_MINOR: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(100_000_000)
    .describe('The largest amount of a booking that is authorized, in kopecks; 0: any.'),
  BLOCKED_USERS: commaList
    .pipe(z.array(z.guid().toLowerCase()))
    .optional()
    .describe('The ids of users whose bookings are not paid, comma-separated.'),
});

export type Config = z.output<typeof configSchema>;
