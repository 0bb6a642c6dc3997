import { z } from 'zod';
import { duration } from '../base/config.ts';
import { secret } from '../base/secret-files.ts';

/** The URL of a Redis server. It may contain a password, so no error shows it. */
export const redisUrl = z
  .string()
  .refine((text) => isRedisUrl(text), 'must be redis://host:port or rediss://host:port (TLS)');

const isRedisUrl = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return false;
  return ['redis:', 'rediss:'].includes(url.protocol) && /^(\/\d*)?$/.test(url.pathname);
};

/** Settings of a service that caches what it reads. */
export const cacheSettings = {
  REDIS_URL: secret(
    redisUrl
      .optional()
      .describe(
        'The Redis to cache in: redis://user:password@host:port/database, or rediss:// for TLS. Not set: nothing is cached.',
      ),
  ),
  CACHE_TTL: duration
    .prefault('30s')
    .describe('How old a cached value may be, whatever happens; it is dropped a little earlier.'),
};

export interface CacheSettings {
  REDIS_URL?: string | undefined;
  CACHE_TTL: number;
}
