import { Gauge, Histogram, type Registry } from 'prom-client';
import type { Pool } from './pool.ts';

// From a connection that is free to the limit of 3 s for opening one.
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3];

/** Measures the pools of a process, by name: their connections, who waits for one, and how long. Call it once. */
export const measurePools = (registry: Registry, pools: Readonly<Record<string, Pool>>): void => {
  const registers = [registry];
  const all = Object.entries(pools);
  new Gauge({
    name: 'database_pool_connections',
    help: 'Open connections of a pool, by state: busy, idle.',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, { totalCount, idleCount }] of all) {
        this.set({ pool, state: 'idle' }, idleCount);
        this.set({ pool, state: 'busy' }, totalCount - idleCount);
      }
    },
  });
  new Gauge({
    name: 'database_pool_max_connections',
    help: 'At most how many connections a pool may open.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const [pool, { options }] of all) this.set({ pool }, options.max);
    },
  });
  new Gauge({
    name: 'database_pool_waiting',
    help: 'Statements and transactions that wait for a connection of a pool.',
    labelNames: ['pool'],
    registers,
    collect() {
      for (const [pool, { waitingCount }] of all) this.set({ pool }, waitingCount);
    },
  });
  const acquire = new Histogram({
    name: 'database_pool_acquire_seconds',
    help: 'How long a statement or transaction waited for a connection, also for a new one.',
    labelNames: ['pool'],
    buckets,
    registers,
  });
  for (const [name, pool] of all) timeConnects(pool, acquire.labels(name));
};

type Connected = (...answer: unknown[]) => void;

/** The pool's own queries connect with a callback, transactions with a promise. */
const timeConnects = (pool: Pool, histogram: Histogram.Internal<'pool'>): void => {
  const target = pool as unknown as { connect: (done?: Connected) => Promise<unknown> | undefined };
  const connect = target.connect.bind(pool);
  target.connect = (done) => {
    const startedMs = performance.now();
    const end = () => histogram.observe((performance.now() - startedMs) / 1_000);
    if (done === undefined) return connect()?.finally(end);
    return connect((...answer) => {
      end();
      done(...answer);
    });
  };
};
