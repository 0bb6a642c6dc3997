import type { ServiceContext } from '../base/run-service.ts';
import { createCache, uncached, type Cache } from './cache.ts';
import { createCacheMetrics } from './metrics.ts';
import { openRedis } from './redis.ts';
import type { CacheSettings } from './settings.ts';

/**
 * Opens the cache of a service by its settings; without REDIS_URL nothing is cached. A Redis that is away is no reason
 * to reject, and none not to be ready: what cannot be cached is read from the database.
 */
export const openCache = async (context: ServiceContext<CacheSettings>): Promise<Cache> => {
  const { config, service, logger, metrics: process, lifecycle } = context;
  const { REDIS_URL: url, CACHE_TTL: ttlMs } = config;
  if (url === undefined) return uncached;
  const metrics = createCacheMetrics(process.registry);
  const redis = await openRedis({ url, logger, onUsable: metrics.showUsable });
  const cache = createCache({ redis, metrics, logger, service: service.name, ttlMs });
  lifecycle.onClose('cache', () => cache.close());
  return cache;
};
