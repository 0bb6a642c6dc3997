import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import { keepPurged } from '../../database/purge.ts';

const retentionMs = 24 * 3_600_000;

/** Purges the idempotency keys of a service that are older than a day, until it stops. */
export const openIdempotencyKeys = (
  { lifecycle }: ServiceContext<unknown>,
  { pool, schema, logger }: ServiceDatabase,
): void => {
  const keys = { table: 'idempotency_keys', column: 'created_at', retentionMs };
  const purging = keepPurged({ pool, schema, logger, ...keys }, lifecycle.stopping);
  lifecycle.onClose('idempotency keys', () => purging);
};
