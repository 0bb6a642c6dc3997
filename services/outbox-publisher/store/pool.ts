import { openPool, type Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/logger.ts';

export interface PublisherPoolOptions {
  url: string;
  /** Who this is, for pg_stat_activity. */
  id: string;
  connections: number;
  logger: Logger;
}

/** A pool whose statements are planned once, without a look at their parameters. */
export const openPublisherPool = ({ url, id, connections, logger }: PublisherPoolOptions): Pool =>
  openPool({
    url,
    applicationName: `publisher ${id}`,
    logger,
    max: connections,
    // with the row counts of a moment the planner would now and then scan whole partitions
    settings: { plan_cache_mode: 'force_generic_plan' },
  });
