import { z } from 'zod';
import { environmentSettings } from '#platform/base/config.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { serverSettings } from '#platform/serving/serve.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...serverSettings(service.ports),
  ...environmentSettings,
  ...databaseSettings,
});

export type Config = z.output<typeof configSchema>;
