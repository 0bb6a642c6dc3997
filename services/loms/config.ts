import { z } from 'zod';
import { commonSettings, corsOrigins, port } from '#platform/config.ts';

export const configSchema = z.object({
  ...commonSettings,
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  HOST: z.string().default('127.0.0.1'),
  GRPC_PORT: port.default(8083),
  HTTP_PORT: port.default(8084),
  /** Connections to Postgres at the most. */
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(200).default(16),
  CORS_ORIGINS: corsOrigins,
  /** The REST status of a refused state change. */
  HTTP_PRECONDITION_STATUS: z.enum(['412', '400']).default('412'),
});

export type Config = z.output<typeof configSchema>;
