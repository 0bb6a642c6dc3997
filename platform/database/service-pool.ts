import type { Lifecycle } from '../base/lifecycle.ts';
import type { Logger } from '../base/logger.ts';
import { requireFitServer } from './check.ts';
import { openPool, type Pool } from './pool.ts';
import type { DatabaseSettings } from './settings.ts';

export interface ServicePoolOptions {
  config: DatabaseSettings;
  /** The service's; its connections bear this name. */
  schema: string;
  logger: Logger;
  lifecycle: Lifecycle;
}

/**
 * Opens a service's pool as its settings say; it closes with the process. Rejects when the server can never do
 * the work; a database that is away will come.
 */
export const openServicePool = async (options: ServicePoolOptions): Promise<Pool> => {
  const { config, schema, logger, lifecycle } = options;
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: max } = config;
  const pool = openPool({ url, applicationName: schema, logger, max });
  lifecycle.onClose('database', () => pool.end());
  await requireFitServer(pool, logger);
  return pool;
};
