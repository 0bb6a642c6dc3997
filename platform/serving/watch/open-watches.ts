import { Gauge } from 'prom-client';
import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import { listenForWakeUps } from '../../database/wake-up-listener.ts';
import { wakeUpChannel } from '../../database/wake-up.ts';
import { createSlots, type Slots } from './slots.ts';
import { openRowWatch, type RowWatch } from './row-watch.ts';
import type { ReadAfter, Sequenced } from './waiters.ts';

interface WatchSettings {
  DATABASE_URL: string;
  WATCH_MAX_STREAMS: number;
  WATCH_MAX_MINUTES: number;
}

/** What a watch uses to wait. */
export interface Watches<Key, Row> extends RowWatch<Key, Row> {
  readonly slots: Slots;
}

/**
 * Opens slots for watches, and one reader and one listening connection that all of them share;
 * `<schema>_watches` counts them.
 */
export const openWatches = <Key, Row extends Sequenced>(
  { config, metrics, lifecycle }: ServiceContext<WatchSettings>,
  { schema, logger }: ServiceDatabase,
  readAfter: ReadAfter<Key, Row>,
): Watches<Key, Row> => {
  const slots = createSlots({
    max: config.WATCH_MAX_STREAMS,
    longestMs: config.WATCH_MAX_MINUTES * 60_000,
  });
  new Gauge({
    name: `${schema}_watches`,
    help: 'Watches under way, counted by watcher.',
    registers: [metrics.registry],
    collect() {
      this.set(slots.taken());
    },
  });
  // whoever wakes the publishers has committed a row: the same hint, from any process
  const channels = [wakeUpChannel(schema)];
  const url = config.DATABASE_URL;
  const watch = openRowWatch({
    readAfter,
    listen: (onWakeUp, signal) => listenForWakeUps({ url, channels, onWakeUp, logger }, signal),
    logger,
  });
  lifecycle.onClose('watches', () => watch.close());
  return { slots, ...watch };
};
