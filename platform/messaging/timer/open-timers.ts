import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import type { TimerKind } from './fire.ts';
import { startTimers, type RunningTimers } from './start-timers.ts';

/** Fires the timers of these kinds until the service stops. */
export const openTimers = (
  { lifecycle }: ServiceContext<unknown>,
  database: ServiceDatabase,
  kinds: Readonly<Record<string, TimerKind>>,
): Pick<RunningTimers, 'scheduled'> => {
  const timers = startTimers({ ...database, kinds });
  lifecycle.onClose('timers', () => timers.stop());
  return timers;
};
