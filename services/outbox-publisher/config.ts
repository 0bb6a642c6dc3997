import { z } from 'zod';
import { commaList, commonSettings, port } from '#platform/base/config.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { kafkaSettings } from '#platform/messaging/kafka/security.ts';
import { service } from './service.ts';

const settings = z.object({
  ...commonSettings,
  DATABASE_URL: databaseUrl,
  ...kafkaSettings,
  /** The schemas whose outboxes are published. */
  OUTBOX_SOURCES: commaList,
  TOPICS_FILE: z.string().default('deploy/topics.yaml'),
  /** With `confluent`, each event is prefixed with the id of its schema. */
  EVENT_ENCODING: z.enum(['json', 'confluent']).default('json'),
  /** The Confluent API of a schema registry; without it, events do not name their schema. */
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/ })
    .max(200)
    .optional(),
  /** How long sent rows are kept; must be longer than their topics keep the events. */
  OUTBOX_RETENTION_DAYS: z.coerce.number().int().min(1).max(365).default(14),
  HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: port.default(service.ports.http),
  /** About how many rows are read and sent at a time. */
  PUBLISHER_BATCH_ROWS: z.coerce.number().int().min(1).max(10_000).default(1_000),
  /** How long rows are gathered after a wake-up, which trades latency for CPU time. */
  PUBLISHER_COALESCE_MS: z.coerce.number().int().min(0).max(1_000).default(0),
  /** For tests only: the share of steps that are made to fail. */
  OUTBOX_CHAOS: z.coerce.number().min(0).max(1).default(0),
});

export const configSchema = settings.refine(
  ({ EVENT_ENCODING: encoding, SCHEMA_REGISTRY_URL: url }) => encoding === 'json' || url,
  { path: ['SCHEMA_REGISTRY_URL'], error: 'EVENT_ENCODING=confluent needs it' },
);

export type Config = z.output<typeof configSchema>;
