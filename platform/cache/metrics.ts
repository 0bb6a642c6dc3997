import { Counter, Gauge, type Registry } from 'prom-client';

/**
 * How a read was answered: from the cache; from it after another reader had loaded; by loading what was not there, or
 * what will expire soon; by loading without the cache.
 */
export type ReadResult = 'hit' | 'waited' | 'loaded' | 'refreshed' | 'uncached';

export interface CacheMetrics {
  readonly countRead: (cache: string, result: ReadResult) => void;
  readonly countFill: (cache: string, result: string) => void;
  readonly showUsable: (isUsable: boolean) => void;
}

export const createCacheMetrics = (registry: Registry): CacheMetrics => {
  const registers = [registry];
  const labelNames = ['cache', 'result'] as const;
  const requests = new Counter({
    name: 'cache_requests_total',
    help: 'Reads through the cache, by how they were answered: hit, waited, loaded, refreshed, uncached.',
    labelNames,
    registers,
  });
  const fills = new Counter({
    name: 'cache_fills_total',
    help: 'Loaded values by what became of them: stored, or refused as outdated, without a lease, for want of memory.',
    labelNames,
    registers,
  });
  const unavailable = new Gauge({
    name: 'cache_unavailable',
    help: '1: Redis cannot be used, and everything is read from the database.',
    registers,
  });
  return {
    countRead: (cache, result) => requests.inc({ cache, result }),
    countFill: (cache, result) => fills.inc({ cache, result }),
    showUsable: (isUsable) => unavailable.set(isUsable ? 0 : 1),
  };
};
