import { Gauge } from 'prom-client';
import type { Pool } from '#platform/database/pool.ts';
import type { Logger } from '#platform/logger.ts';
import type { Metrics } from '#platform/metrics.ts';
import { listenForWakeUps } from '#platform/outbox/wake-up-listener.ts';
import { wakeUpChannel } from '#platform/outbox/wake-up.ts';
import { createPlaces } from '#platform/watch/places.ts';
import { openRowWatch } from '#platform/watch/row-watch.ts';
import type { Config } from './config.ts';
import { findChangesAfter } from './store/order-changes.ts';
import type { LoadOrderDeps } from './usecases/load-order.ts';
import { watchOrder } from './usecases/watch-order.ts';

export interface WatchesParts extends LoadOrderDeps {
  config: Config;
  pool: Pool;
  schema: string;
  metrics: Metrics;
  logger: Logger;
}

export interface Watches {
  watchOrder: ReturnType<typeof watchOrder>;
  close(): Promise<void>;
}

/** WatchOrder with what it waits with: places, and one reader and one listening connection for all. */
export const openWatches = (parts: WatchesParts): Watches => {
  const { config, pool, schema, metrics, logger, findOrder } = parts;
  const places = createPlaces({
    max: config.WATCH_MAX_STREAMS,
    longestMs: config.WATCH_MAX_MINUTES * 60_000,
  });
  new Gauge({
    name: 'loms_watches',
    help: 'Orders being watched, counted by watcher.',
    registers: [metrics.registry],
    collect() {
      this.set(places.taken());
    },
  });
  // Whoever wakes the publishers has committed a change: the same hint, from any process.
  const channel = wakeUpChannel(schema);
  const watch = openRowWatch({
    readAfter: findChangesAfter(pool),
    listen: (onWakeUp, signal) =>
      listenForWakeUps({ url: config.DATABASE_URL, channels: [channel], onWakeUp, logger }, signal),
    logger,
  });
  return {
    watchOrder: watchOrder({
      findOrder,
      places,
      nextChanges: ({ orderId, afterSequence }, signal) =>
        watch.next({ key: orderId, after: afterSequence }, signal),
    }),
    close: () => watch.close(),
  };
};
