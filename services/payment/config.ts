import { z } from 'zod';
import { corsOrigins, environmentSettings, port } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { doorSettings } from '#platform/serving/doors.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...doorSettings,
  ...environmentSettings,
  ...databaseSettings,
  GRPC_PORT: port.default(service.ports.grpc),
  HTTP_PORT: port.default(service.ports.http),
  CORS_ORIGINS: corsOrigins,
});

export type Config = z.output<typeof configSchema>;
