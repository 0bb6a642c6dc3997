import { z } from 'zod';
import { corsOrigins, environmentSettings, port } from '#platform/config.ts';
import { databaseUrl } from '#platform/database/url.ts';
import { doorSettings } from '#platform/doors.ts';

export const configSchema = z.object({
  ...doorSettings,
  ...environmentSettings,
  DATABASE_URL: databaseUrl,
  GRPC_PORT: port.default(50052),
  HTTP_PORT: port.default(8052),
  /** Connections to Postgres at the most. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(16),
  CORS_ORIGINS: corsOrigins,
});

export type Config = z.output<typeof configSchema>;
