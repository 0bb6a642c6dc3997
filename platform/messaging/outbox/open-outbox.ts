import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import { openWakeUp, type WakeUp } from '../../database/wake-up.ts';
import { keepOutboxHistory } from './history.ts';
import { keepOutboxPartitions } from './partitions.ts';

/**
 * Keeps a service's outbox in order while it runs: partitions ahead, old days vacuumed. The wake-up is for after
 * each commit with events.
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
