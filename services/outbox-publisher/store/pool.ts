import { openPool, type Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/base/logger.ts';

export interface PublisherPoolOptions {
  url: string;
  /** The name of this publisher in pg_stat_activity. */
  id: string;
  connections: number;
  logger: Logger;
}

/** Opens a pool whose statements are planned once, without looking at their parameters. */
export const openPublisherPool = ({ url, id, connections, logger }: PublisherPoolOptions): Pool =>
  openPool({
    url,
    applicationName: `publisher ${id}`,
    logger,
    max: connections,
    settings: {
      plan_cache_mode: 'force_generic_plan',
      // a plan made while a partition was empty must not scan, or sort, all of it once it is full
      enable_seqscan: 'off',
      enable_bitmapscan: 'off',
      enable_sort: 'off',
      // the statements take milliseconds, whatever the planner expects
      jit: 'off',
    },
  });
