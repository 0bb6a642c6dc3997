import { z } from 'zod';
import { corsOrigins, environmentSettings, port } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { doorSettings } from '#platform/serving/doors.ts';

export const configSchema = z.object({
  ...doorSettings,
  ...environmentSettings,
  ...databaseSettings,
  GRPC_PORT: port.default(50052),
  HTTP_PORT: port.default(8052),
  CORS_ORIGINS: corsOrigins,
});

export type Config = z.output<typeof configSchema>;
