import type { Pool } from '#platform/database/pool.ts';
import { keepIdempotencyKeysPurged } from '#platform/idempotency/purge.ts';
import type { Lifecycle } from '#platform/lifecycle.ts';
import type { Logger } from '#platform/logger.ts';
import { keepOutboxHistory } from '#platform/outbox/history.ts';
import { keepOutboxPartitions } from '#platform/outbox/partitions.ts';

export interface HousekeepingParts {
  url: string;
  schema: string;
  pool: Pool;
  logger: Logger;
  lifecycle: Lifecycle;
}

/** The loops that keep the tables of loms in order while it runs. Each stops with the process. */
export const startHousekeeping = (parts: HousekeepingParts): void => {
  const { lifecycle } = parts;
  const partitions = keepOutboxPartitions(parts, lifecycle.stopping);
  lifecycle.onClose('partitions', () => partitions);
  const history = keepOutboxHistory(parts, lifecycle.stopping);
  lifecycle.onClose('history', () => history);
  const purge = keepIdempotencyKeysPurged(parts, lifecycle.stopping);
  lifecycle.onClose('idempotency keys', () => purge);
};
