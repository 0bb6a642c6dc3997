import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import { openWakeUp, type WakeUp } from '../../database/wake-up.ts';
import { keepOutboxHistory } from './history.ts';
import { keepOutboxPartitions } from './partitions.ts';

/**
 * Maintains the outbox of a service while it runs: creates partitions ahead and vacuums old days. The
 * returned wake-up must be signalled after each commit with events.
 */
export const openOutbox = (
  { config, lifecycle }: ServiceContext<{ DATABASE_URL: string }>,
  database: ServiceDatabase,
): Pick<WakeUp, 'signal'> => {
  const parts = { ...database, url: config.DATABASE_URL };
  const wakeUp = openWakeUp(parts);
  lifecycle.onClose('wake-up', () => wakeUp.close());
  const partitions = keepOutboxPartitions(parts, lifecycle.stopping);
  lifecycle.onClose('partitions', () => partitions);
  const history = keepOutboxHistory(parts, lifecycle.stopping);
  lifecycle.onClose('history', () => history);
  return wakeUp;
};
