import { Registry } from 'prom-client';
import { createCache, type Cache, type CacheOptions } from '#platform/cache/cache.ts';
import { createCacheMetrics } from '#platform/cache/metrics.ts';
import { openRedis } from '#platform/cache/redis.ts';
import { createLogger } from '#platform/base/logger.ts';

/** A cache with its own connection, as a process has one. */
export interface TestCache extends Cache {
  /** What it has logged, parsed. */
  log(): Record<string, unknown>[];
  /** The values of a metric with their labels as text, e.g. `{"hit": 2}`; by `result`. */
  counts(metric: string): Promise<Record<string, number>>;
  metric(name: string): Promise<number | undefined>;
}

export interface TestCacheOptions extends Partial<Pick<CacheOptions, 'ttlMs'>> {
  /** Default 10,000, so that a busy machine is not taken for a Redis that does not answer. */
  deadlineMs?: number;
  /** Default 60,000, so that no lease ends while a busy machine loads. */
  leaseMs?: number;
}

export const openTestCache = async (
  url: string,
  { deadlineMs = 10_000, leaseMs = 60_000, ...options }: TestCacheOptions = {},
): Promise<TestCache> => {
  const lines: string[] = [];
  const written = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: 'test', level: 'debug', format: 'json' }, written);
  const registry = new Registry();
  const metrics = createCacheMetrics(registry);
  const redis = await openRedis({ url, logger, deadlineMs, onUsable: metrics.showUsable });
  const valuesOf = async (name: string) => {
    const metric = (await registry.getMetricsAsJSON()).find((each) => each.name === name);
    return (metric as { values: Sample[] } | undefined)?.values;
  };
  return {
    ...createCache({ redis, metrics, logger, service: 'test', ttlMs: 60_000, leaseMs, ...options }),
    log: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    counts: async (name) =>
      Object.fromEntries(
        ((await valuesOf(name)) ?? []).map(({ labels, value }) => [labels['result'] ?? '', value]),
      ),
    metric: async (name) => (await valuesOf(name))?.[0]?.value,
  };
};

export interface Row {
  version: bigint;
  text: string;
}

interface Sample {
  labels: Record<string, string>;
  value: number;
}

/** A table of one column behind a cache. Counts how often it is read, and can keep a reader waiting. */
export const createTable = () => {
  const rows = new Map<string, Row>();
  const table = {
    rows,
    loads: 0,
    /** Awaited after a row was read and before it is returned. */
    hold: (): Promise<unknown> => Promise.resolve(),
    source: {
      name: 'rows',
      load: async (key: string): Promise<Row | undefined> => {
        table.loads += 1;
        const row = rows.get(key);
        await table.hold();
        return row;
      },
      versionOf: ({ version }: Row) => version,
      encode: ({ version, text }: Row) => `${version} ${text}`,
      decode: (text: string): Row => {
        const [, version, rest] = /^(\d+) (.*)$/.exec(text) ?? [];
        if (version === undefined || rest === undefined) throw new Error(`unreadable: ${text}`);
        return { version: BigInt(version), text: rest };
      },
    },
  };
  return table;
};
