import { z } from 'zod';
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
  KAFKA_TICKET_CONSUMER_GROUP_ID: z
    .string()
    .default(service.consumers[0].group)
    .describe('Replicas of one group share the partitions.'),
  SESSION_TIMEOUT_MS: sessionTimeout,
  DEFAULT_CAPACITY: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(100)
    .describe('The seats of a flight whose route is not in the table flight_rules.'),
});

export type Config = z.output<typeof configSchema>;
