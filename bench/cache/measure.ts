import { runTied } from '../../deploy/local/run-tied.ts';
import { cpuSeconds } from '../outbox/cpu.ts';
import type { Environment, Inventories } from './environment.ts';

/** What the load generator reports: reads a second, and their latency in milliseconds. */
export interface Loaded {
  calls: number;
  readsPerSecond: number;
  p50: number;
  p99: number;
}

export interface Measured extends Loaded {
  /** CPU milliseconds for a thousand calls. */
  postgresMs: number;
  redisMs: number;
  /** Statements for a thousand calls. */
  statements: number;
}

export interface LoadOptions {
  seconds: number;
  /** Calls a second; 0: as many as are answered. */
  rate: number;
  /** Every call is a change. */
  isChangesOnly?: boolean;
}

/** Puts load on two processes of inventory, and measures what it costs. */
export const measureLoad = async (
  environment: Environment,
  { ports }: Inventories,
  { seconds, rate, isChangesOnly = false }: LoadOptions,
): Promise<Measured> => {
  const { postgresPid, redisPid, parts } = environment;
  const look = () =>
    Promise.all([cpuSeconds(postgresPid), cpuSeconds(redisPid), environment.countStatements()]);
  const before = await look();
  const args = [ports.join(','), seconds, rate, parts, isChangesOnly ? 0 : 1].map(String);
  const output = await runTied(process.execPath, ['bench/cache/load.ts', ...args]);
  const loaded = JSON.parse(output) as Loaded;
  const after = await look();
  const [postgres = 0, redis = 0, statements = 0] = after.map(
    (value, n) => value - (before[n] ?? 0),
  );
  const thousands = loaded.calls / 1_000;
  return {
    ...loaded,
    postgresMs: (postgres * 1_000) / thousands,
    redisMs: (redis * 1_000) / thousands,
    statements: statements / thousands,
  };
};
