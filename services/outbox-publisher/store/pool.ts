import { openPool, type Pool, type PoolOptions } from '#platform/database/pool.ts';

/** `settings` come in addition to those of every publisher. */
export interface PublisherPoolOptions extends Pick<
  PoolOptions,
  'url' | 'logger' | 'connectTimeoutMs' | 'statementTimeoutMs' | 'settings'
> {
  /** The name of this publisher in pg_stat_activity. */
  id: string;
  connections: number;
}

/** Opens a pool whose statements are planned once, without looking at their parameters. */
export const openPublisherPool = ({ id, connections, ...options }: PublisherPoolOptions): Pool =>
  openPool({
    ...options,
    applicationName: `publisher ${id}`,
    max: connections,
    settings: {
      ...options.settings,
      plan_cache_mode: 'force_generic_plan',
      // a plan made while a partition was empty must not scan, or sort, all of it once it is full
      enable_seqscan: 'off',
      enable_bitmapscan: 'off',
      enable_sort: 'off',
      // the statements take milliseconds, whatever the planner expects
      jit: 'off',
    },
  });
