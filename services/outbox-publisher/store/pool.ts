import { openPool, type Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/logger.ts';

export interface PublisherPoolOptions {
  url: string;
  /** Who this is, for pg_stat_activity. */
  id: string;
  sourceCount: number;
  logger: Logger;
}

/** For each source a connection that reads and one that marks; two more for membership and readiness. */
export const openPublisherPool = ({ url, id, sourceCount, logger }: PublisherPoolOptions): Pool =>
  openPool({
    url,
    applicationName: `publisher ${id}`,
    logger,
    max: 2 * sourceCount + 2,
    // planned once: with the row counts of a moment the planner would now and then scan whole partitions
    settings: { plan_cache_mode: 'force_generic_plan' },
  });
