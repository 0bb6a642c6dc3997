import { z } from 'zod';
import { commaList, commonSettings, port } from '#platform/base/config.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { doorSettings } from '#platform/serving/doors.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...commonSettings,
  DATABASE_URL: databaseUrl,
  /** The schemas whose outboxes it shows and changes. */
  OPS_SOURCES: commaList,
  TOPICS_FILE: z.string().default('deploy/topics.yaml'),
  ...doorSettings,
  GRPC_PORT: port.default(50_070),
  HTTP_PORT: port.default(service.ports.http),
});

export type Config = z.output<typeof configSchema>;
