import { z } from 'zod';
import { rpcServiceSettings } from '#platform/serving/serve.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...rpcServiceSettings(service.ports),
  RATE_LIMIT: z.coerce
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .default(5)
    .describe('How many calls of each RPC are answered in a second; 0: no limit.'),
});
