import { z } from 'zod';
import { environmentSettings, healthPort } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { retrySettings } from '#platform/messaging/inbox/settings.ts';
import { kafkaSettings, sessionTimeout } from '#platform/messaging/kafka/security.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { service } from './service.ts';

const buildTimeSec = z.coerce.number().int().min(0).max(86_400);

const settings = z.object({
  ...environmentSettings,
  ...databaseSettings,
  DATABASE_POOL_SIZE: databaseSettings.DATABASE_POOL_SIZE.default(8).describe(
    'Connections to Postgres at the most.',
  ),
  ...kafkaSettings,
  ...retrySettings,
  KAFKA_ORDER_PAYMENT_COMPLETED_TOPIC: z
    .string()
    .default(topicOf(service.consumers[0].event))
    .describe('The topic that is read; dead letters go to the topic of this name with .dlq.'),
  KAFKA_ORDER_ASSEMBLY_COMPLETED_TOPIC: z
    .string()
    .default(topicOf('assembly.v1.ShipAssembled'))
    .describe('The topic of the events of this service.'),
  KAFKA_ASSEMBLY_CONSUMER_GROUP_ID: z
    .string()
    .default(service.consumers[0].group)
    .describe(
      'Replicas of one group share the partitions; under another name all events are handled again.',
    ),
  SESSION_TIMEOUT_MS: sessionTimeout,
  ASSEMBLY_MIN_SEC: buildTimeSec
    .default(1)
    .describe('The shortest build in seconds; each takes a random whole number of them.'),
  ASSEMBLY_MAX_SEC: buildTimeSec.default(10).describe('The longest build in seconds.'),
  HTTP_PORT: healthPort(service.ports.http),
});

export const configSchema = settings.refine(
  ({ ASSEMBLY_MIN_SEC: min, ASSEMBLY_MAX_SEC: max }) => min <= max,
  { path: ['ASSEMBLY_MAX_SEC'], error: 'less than ASSEMBLY_MIN_SEC' },
);

export type Config = z.output<typeof configSchema>;
