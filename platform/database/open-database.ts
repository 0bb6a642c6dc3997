import type { Registry } from 'prom-client';
import type { Logger } from '../base/logger.ts';
import type { ServiceContext } from '../base/run-service.ts';
import { databaseChecks, requireFitServer } from './check.ts';
import { measurePools } from './pool-metrics.ts';
import { openPool, type Pool } from './pool.ts';
import type { DatabaseSettings } from './settings.ts';

/** The database of a service, with the logger and metrics for those who work on it. */
export interface ServiceDatabase {
  readonly pool: Pool;
  /** What must hold for the service to be ready. */
  readonly checks: ReturnType<typeof databaseChecks>;
  /** The schema of the service, which is also the application name of its connections. */
  readonly schema: string;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Opens the pool of a service by its settings. Rejects when the server can never do the work; an unavailable
 * database is no reason to, because it will come back.
 */
export const openDatabase = async (
  context: ServiceContext<DatabaseSettings>,
): Promise<ServiceDatabase> => {
  const { service, config, logger, metrics, lifecycle } = context;
  const { schema } = service;
  if (schema === undefined) throw new Error(`The manifest of ${service.name} has no schema.`);
  const { DATABASE_URL: url, DATABASE_POOL_SIZE: max } = config;
  const pool = openPool({ url, applicationName: schema, logger, max });
  lifecycle.onClose('database', () => pool.end());
  measurePools(metrics.registry, { main: pool });
  await requireFitServer(pool, logger);
  return { pool, checks: databaseChecks(pool), schema, logger, registry: metrics.registry };
};
