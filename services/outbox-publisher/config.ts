import { z } from 'zod';
import { commaList, commonSettings, healthPort, host } from '#platform/base/config.ts';
import { secret } from '#platform/base/secret-files.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { service } from './service.ts';

const settings = z.object({
  ...commonSettings,
  DATABASE_URL: secret(
    databaseUrl.describe('The database of the outboxes, as the role publisher.'),
  ),
  ...kafkaSettings,
  OUTBOX_SOURCES: commaList.describe('The schemas whose outboxes are published, comma-separated.'),
  TOPICS_FILE: z
    .string()
    .default('deploy/topics.yaml')
    .describe('The manifest of the topics: partitions, publish policies.'),
  EVENT_ENCODING: z
    .enum(['json', 'confluent'])
    .default('json')
    .describe(
      'How values are written; confluent: each is prefixed with the id of its schema. Consumers read both.',
    ),
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .optional()
    .describe(
      'The Confluent API of a schema registry, asked every minute. Not set: events do not name their schema. EVENT_ENCODING=confluent needs it.',
    ),
  OUTBOX_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(365)
    .default(14)
    .describe(
      'How many days sent rows are kept; must be longer than their topics keep the events.',
    ),
  HOST: host,
  HTTP_PORT: healthPort(service.ports.http),
  PUBLISHER_BATCH_ROWS: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .default(1_000)
    .describe('About how many rows are read and sent at a time.'),
  PUBLISHER_COALESCE_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(0)
    .describe(
      'How many milliseconds rows are gathered at least after a wake-up, which trades latency for CPU time.',
    ),
  OUTBOX_CHAOS: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('For tests and demos only: the share of its sends that is made to fail.'),
  OUTBOX_CHAOS_STATEMENTS: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('For tests only: the share of its statements that is made to fail.'),
});

export const configSchema = settings.refine(
  ({ EVENT_ENCODING: encoding, SCHEMA_REGISTRY_URL: url }) => encoding === 'json' || url,
  { path: ['SCHEMA_REGISTRY_URL'], error: 'EVENT_ENCODING=confluent needs it' },
);

export type Config = z.output<typeof configSchema>;
