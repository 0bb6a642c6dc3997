import { z } from 'zod';
import { duration } from '#platform/base/config.ts';
import { rpcServiceSettings } from '#platform/serving/serve.ts';
import { maxAttempts, retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { rpcClientSettings } from '#platform/serving/rpc-client/access.ts';
import { watchSettings } from '#platform/serving/watch/settings.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...rpcServiceSettings(service.ports),
  INVENTORY_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:50051')
    .describe("The address of inventory's gRPC."),
  PAYMENT_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:50052')
    .describe("The address of payment's gRPC."),
  ...rpcClientSettings,
  UNDO_AFTER: duration
    .prefault('30s')
    .describe(
      'After this time an unfinished creation of an order is compensated, and an unfinished payment completed.',
    ),
  ...watchSettings,
  ...kafkaSettings,
  ...retrySettings,
  KAFKA_RETRY_MAX_ATTEMPTS: maxAttempts
    .default(5)
    .describe('How often an event that fails is tried before it becomes a dead letter.'),
  KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: z
    .string()
    .default(topicOf('order.v1.OrderPaid'))
    .describe('The topic of the events of this service.'),
  KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe('The topic that is read; dead letters go to the topic of this name with .dlq.'),
  KAFKA_ORDER_CONSUMER_GROUP_ID: z
    .string()
    .default(service.consumers[0].group)
    .describe("The consumer group, and the consumer's name in the inbox."),
  SESSION_TIMEOUT_MS: sessionTimeout,
});

export type Config = z.output<typeof configSchema>;
