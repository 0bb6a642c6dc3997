import { z } from 'zod';
import { durationMs, environmentSettings, port } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { service } from './service.ts';

const buildTimeSec = z.coerce.number().int().min(0).max(86_400);

const settings = z.object({
  ...environmentSettings,
  ...databaseSettings,
  DATABASE_POOL_SIZE: databaseSettings.DATABASE_POOL_SIZE.default(8),
  ...kafkaSettings,
  ...retrySettings,
  KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: z.string().default(topicOf(service.consumers[0].event)),
  KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: z.string().default(topicOf('assembly.v1.ShipAssembled')),
  KAFKA_ASSEMBLY_CONSUMER_GROUP_ID: z.string().default(service.consumers[0].group),
  /** After so long without a sign of life another replica takes over. */
  SESSION_TIMEOUT_MS: durationMs.default(3_000),
  /** A build takes a random number of whole seconds from one to the other. */
  ASSEMBLY_MIN_SEC: buildTimeSec.default(1),
  ASSEMBLY_MAX_SEC: buildTimeSec.default(10),
  HTTP_PORT: port.default(service.ports.http),
});

export const configSchema = settings.refine(
  ({ ASSEMBLY_MIN_SEC: min, ASSEMBLY_MAX_SEC: max }) => min <= max,
  { path: ['ASSEMBLY_MAX_SEC'], error: 'less than ASSEMBLY_MIN_SEC' },
);

export type Config = z.output<typeof configSchema>;
