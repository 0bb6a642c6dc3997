import { z } from 'zod';
import { cacheSettings } from '#platform/cache/settings.ts';
import { rpcServiceSettings } from '#platform/serving/serve.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...rpcServiceSettings(service.ports),
  ...cacheSettings,
});
