import { runTied } from '../../deploy/local/run-tied.ts';
import { cpuSeconds } from '../outbox/cpu.ts';
import { watchMemory } from '../outbox/memory.ts';
import { median } from '../outbox/statistics.ts';
import type { Called } from '../send-steadily.ts';
import { openPages } from './pages.ts';
import type { ConsoleBench } from './system.ts';

export interface Measured extends Called {
  /** Until all pages had their first message, in seconds. */
  openedInSeconds: number;
  /** How often a second something came to a page, during the load. */
  arrivalsPerSecond: number;
  /** Cores that ops used during the load. */
  opsCores: number;
  /** Resident memory of ops in MiB: the median of the first quarter of the load, and of the last. */
  memory: readonly [number, number];
}

export interface LoadOptions {
  pages: number;
  perSecond: number;
  seconds: number;
}

/** Places orders at a steady rate while so many pages are open. */
export const measureLoad = async (
  bench: ConsoleBench,
  { pages: count, perSecond, seconds }: LoadOptions,
): Promise<Measured> => {
  const orders = await bench.findOrders(Math.max(1, count));
  const openingMs = performance.now();
  const pages = await openPages(bench.opsUrl, count, orders);
  const openedInSeconds = (performance.now() - openingMs) / 1_000;
  const look = async () => ({ cpu: await cpuSeconds(bench.opsPid), arrivals: pages.arrivals() });
  const before = await look();
  const memory = watchMemory(bench.opsPid);
  const args = [bench.grpcPort, seconds, perSecond].map(String);
  const placed = JSON.parse(
    await runTied(process.execPath, ['bench/place-orders.ts', ...args]),
  ) as Called;
  const after = await look();
  const { samples } = await memory.stop();
  await pages.close();
  const quarter = Math.ceil(samples.length / 4);
  return {
    ...placed,
    openedInSeconds,
    arrivalsPerSecond: (after.arrivals - before.arrivals) / Math.max(1, count) / seconds,
    opsCores: (after.cpu - before.cpu) / seconds,
    memory: [median(samples.slice(0, quarter)), median(samples.slice(-quarter))],
  };
};
