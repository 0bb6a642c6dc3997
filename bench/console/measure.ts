import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../outbox/cpu.ts';
import { nowMs, type Period } from './calls.ts';
import { openPages } from './pages.ts';
import type { ConsoleBench } from './system.ts';

/** What was seen while so many pages were open, under the load that always goes on. */
export interface Round extends Period {
  pages: number;
  /** Until all pages had their first message, in seconds. */
  openedInSeconds: number;
  /** How often a second something came to a page. */
  arrivalsPerSecond: number;
  /** Cores that each used. */
  cores: { ops: number; postgres: number; readers: number };
  /** Resident memory of ops at the end, in MiB. */
  memory: number;
}

export interface RoundOptions {
  pages: number;
  seconds: number;
}

// What the opening and closing of pages costs is over by then.
const settleMs = 2_000;

/** Opens so many pages, waits until that has settled, and looks for so many seconds. */
export const measureRound = async (
  bench: ConsoleBench,
  { pages: count, seconds }: RoundOptions,
): Promise<Round> => {
  const orders = await bench.findOrders(Math.max(1, count));
  const openingMs = nowMs();
  const pages = await openPages(bench.opsUrl, count, orders);
  const openedInSeconds = (nowMs() - openingMs) / 1_000;
  await sleep(settleMs);
  const look = async () => ({
    arrivals: pages.arrivals(),
    ops: await cpuSeconds(bench.opsPid),
    postgres: await cpuSeconds(bench.postgresPid),
    readers: process.cpuUsage(),
  });
  const before = await look();
  const fromMs = nowMs();
  await sleep(seconds * 1_000);
  const toMs = nowMs();
  const after = await look();
  const memory = await bench.memoryOfOps();
  await pages.close();
  const { user, system } = process.cpuUsage(before.readers);
  return {
    fromMs,
    toMs,
    pages: count,
    openedInSeconds,
    arrivalsPerSecond: (after.arrivals - before.arrivals) / Math.max(1, count) / seconds,
    cores: {
      ops: (after.ops - before.ops) / seconds,
      postgres: (after.postgres - before.postgres) / seconds,
      readers: (user + system) / 1_000_000 / seconds,
    },
    memory,
  };
};
