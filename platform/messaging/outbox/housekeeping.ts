import type { Pool } from '../../database/pool.ts';
import type { Lifecycle } from '../../base/lifecycle.ts';
import type { Logger } from '../../base/logger.ts';
import { keepOutboxHistory } from './history.ts';
import { keepOutboxPartitions } from './partitions.ts';

export interface OutboxHousekeepingParts {
  /** As the role that owns the schema. */
  url: string;
  schema: string;
  pool: Pool;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** The loops that keep a service's outbox in order while it runs: partitions ahead, old days settled. */
export const startOutboxHousekeeping = (parts: OutboxHousekeepingParts): void => {
  const { lifecycle } = parts;
  const partitions = keepOutboxPartitions(parts, lifecycle.stopping);
  lifecycle.onClose('partitions', () => partitions);
  const history = keepOutboxHistory(parts, lifecycle.stopping);
  lifecycle.onClose('history', () => history);
};
