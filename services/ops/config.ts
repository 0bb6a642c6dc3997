import { z } from 'zod';
import { commaList, commonSettings } from '#platform/base/config.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { serverSettings } from '#platform/serving/serve.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...commonSettings,
  DATABASE_URL: databaseUrl,
  /** The schemas whose outboxes it shows and changes. */
  OPS_SOURCES: commaList,
  TOPICS_FILE: z.string().default('deploy/topics.yaml'),
  ...serverSettings(service.ports),
});

export type Config = z.output<typeof configSchema>;
