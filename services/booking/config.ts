import { z } from 'zod';
import { duration } from '#platform/base/config.ts';
import { cacheSettings } from '#platform/cache/settings.ts';
import { maxAttempts, retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { rpcClientSettings } from '#platform/serving/rpc-client/access.ts';
import { rpcServiceSettings } from '#platform/serving/serve.ts';
import { watchSettings } from '#platform/serving/watch/settings.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...rpcServiceSettings(service.ports),
  PAYMENT_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:50052')
    .describe("The address of payment's gRPC."),
  TICKET_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:50091')
    .describe("The address of ticket's gRPC."),
  ...rpcClientSettings,
  ...cacheSettings,
  SAGA_TIMEOUT: duration
    .prefault('60s')
    .describe('After this time an order whose saga has not ended counts as stuck.'),
  SAGA_ON_TIMEOUT: z
    .enum(['hold', 'compensate'])
    .default('hold')
    .describe(
      'What happens to a stuck order: hold waits for the missing step, compensate takes the order back, also one that was held before.',
    ),
  ...watchSettings,
  PRICE_RULES_FILE: z
    .string()
    .optional()
    .describe('The rules of prices (YAML), by default services/booking/prices.yaml.'),
  QUOTE_VALIDITY: duration.prefault('15m').describe('How long a quoted price is honoured.'),
  ...kafkaSettings,
  ...retrySettings,
  KAFKA_RETRY_MAX_ATTEMPTS: maxAttempts
    .default(5)
    .describe('How often an event that fails is tried before it becomes a dead letter.'),
  KAFKA_BOOKING_ORDER_EVENTS_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe('The topic of all events; dead letters go to the topic of this name with .dlq.'),
  KAFKA_BOOKING_CONSUMER_GROUP_ID: z
    .string()
    .default(service.consumers[0].group)
    .describe('Replicas of one group share the partitions.'),
  SESSION_TIMEOUT_MS: sessionTimeout,
});

export type Config = z.output<typeof configSchema>;
