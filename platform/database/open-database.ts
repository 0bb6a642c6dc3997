import type { Registry } from 'prom-client';
import type { Logger } from '../base/logger.ts';
import type { ServiceContext } from '../base/run-service.ts';
import { requireFitServer } from './check.ts';
import { openPool, type Pool } from './pool.ts';
import type { DatabaseSettings } from './settings.ts';

/** A service's database, and what those who work on it tell about themselves with. */
export interface ServiceDatabase {
  readonly pool: Pool;
  /** The service's own; its connections bear this name. */
  readonly schema: string;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Opens a service's pool as its settings say. Rejects when the server can never do the work; a database that is
 * away will come.
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
  await requireFitServer(pool, logger);
  return { pool, schema, logger, registry: metrics.registry };
};
