import { z } from 'zod';
import { commaList, commonSettings } from '#platform/base/config.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { serverSettings } from '#platform/serving/serve.ts';
import { watchSettings } from '#platform/serving/watch/settings.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...commonSettings,
  DATABASE_URL: databaseUrl.describe('The database of the outboxes, as the role ops.'),
  OPS_SOURCES: commaList.describe(
    'The schemas whose outboxes it shows and changes, comma-separated.',
  ),
  TOPICS_FILE: z
    .string()
    .default('deploy/topics.yaml')
    .describe('The manifest of the topics: where a FAILED event blocks its key.'),
  ...serverSettings(service.ports),
  ...watchSettings,
});

export type Config = z.output<typeof configSchema>;
