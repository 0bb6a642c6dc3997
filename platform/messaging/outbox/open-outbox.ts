import type { DatabaseSettings } from '../../database/settings.ts';
import { startOutboxHousekeeping, type OutboxHousekeepingParts } from './housekeeping.ts';
import { openWakeUp, type WakeUp } from '../../database/wake-up.ts';

export interface OutboxParts extends Omit<OutboxHousekeepingParts, 'url'> {
  config: Pick<DatabaseSettings, 'DATABASE_URL'>;
}

/** What a service with an outbox keeps going while it runs; the wake-up is for after its commits. */
export const openOutbox = ({ config, ...parts }: OutboxParts): Pick<WakeUp, 'signal'> => {
  const { schema, logger, lifecycle } = parts;
  const url = config.DATABASE_URL;
  const wakeUp = openWakeUp({ url, schema, logger });
  lifecycle.onClose('wake-up', () => wakeUp.close());
  startOutboxHousekeeping({ ...parts, url });
  return wakeUp;
};
