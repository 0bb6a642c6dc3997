import { z } from 'zod';
import { commonSettings, duration } from '#platform/base/config.ts';
import { cacheSettings } from '#platform/cache/settings.ts';
import { databaseSettings } from '#platform/database/settings.ts';
import { serverSettings } from '#platform/serving/serve.ts';
import { watchSettings } from '#platform/serving/watch/settings.ts';
import { service } from './service.ts';

export const configSchema = z.object({
  ...commonSettings,
  ...databaseSettings,
  ...serverSettings(service.ports),
  HTTP_PRECONDITION_STATUS: z
    .enum(['412', '400'])
    .default('412')
    .describe('The HTTP status with which REST answers a refused state change.'),
  PAYMENT_TIMEOUT: z
    .preprocess((text) => (text === 'off' ? undefined : text), duration.optional())
    .prefault('off')
    .describe(
      'How long a new order may wait for its payment, e.g. 30s, 15m, 24h; then it is cancelled. off: for ever.',
    ),
  ...watchSettings,
  ...cacheSettings,
  STOCKS_CACHE: z
    .enum(['on', 'off'])
    .default('off')
    .describe('on: StocksInfo is answered from Redis where REDIS_URL is set.'),
});

export type Config = z.output<typeof configSchema>;
