import { z } from 'zod';
import { duration, durationMs, environmentSettings } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { serverSettings } from '#platform/serving/serve.ts';
import { maxAttempts, retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { rpcClientSettings } from '#platform/serving/rpc-client/access.ts';
import { watchSettings } from '#platform/serving/watch/settings.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...serverSettings(service.ports),
  ...environmentSettings,
  ...databaseSettings,
  INVENTORY_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:50051'),
  PAYMENT_URL: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:50052'),
  ...rpcClientSettings,
  /**
   * After this time an unfinished creation of an order is compensated, and an unfinished payment completed.
   */
  UNDO_AFTER: duration.default(30_000),
  ...watchSettings,
  ...kafkaSettings,
  ...retrySettings,
  KAFKA_RETRY_MAX_ATTEMPTS: maxAttempts.default(5),
  KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: z.string().default(topicOf('order.v1.OrderPaid')),
  KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: z.string().default(topicOf(service.consumers[0].event)),
  KAFKA_ORDER_CONSUMER_GROUP_ID: z.string().default(service.consumers[0].group),
  /** After this time without a heartbeat another replica takes over. */
  SESSION_TIMEOUT_MS: durationMs.default(3_000),
});

export type Config = z.output<typeof configSchema>;
