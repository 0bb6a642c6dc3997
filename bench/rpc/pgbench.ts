import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTied } from '../../deploy/local/run-tied.ts';

export interface Transactions {
  pgbench: string;
  databaseUrl: string;
  /** The path of the file with the transaction. */
  script: string;
  clients: number;
  seconds: number;
}

export interface Ran {
  transactions: number;
  perSecond: number;
}

/** Runs pgbench with prepared statements. Throws when a transaction failed. */
export const runPgbench = (options: Transactions): Promise<Ran> => run(options, []);

export interface Steady extends Ran {
  /** Milliseconds from the moment at which each transaction was due to its end. */
  latenciesMs: number[];
}

/** Runs pgbench at a steady average rate, whether or not earlier transactions have ended. */
export const runPgbenchSteadily = async (
  options: Transactions,
  { perSecond, folder }: { perSecond: number; folder: string },
): Promise<Steady> => {
  const logs = await mkdtemp(join(folder, 'pgbench-'));
  const log = ['--log', `--log-prefix=${join(logs, 'log')}`];
  const ran = await run(options, [`--rate=${perSecond}`, ...log]);
  const names = await readdir(logs);
  const texts = await Promise.all(names.map((name) => readFile(join(logs, name), 'utf8')));
  const latenciesMs = texts.flatMap(readLatencies);
  if (latenciesMs.length !== ran.transactions)
    throw new Error(`pgbench logged ${latenciesMs.length} of ${ran.transactions} transactions`);
  return { ...ran, latenciesMs };
};

const run = async (options: Transactions, more: readonly string[]): Promise<Ran> => {
  const { pgbench, databaseUrl, script, clients, seconds } = options;
  const output = await runTied(pgbench, [
    ...['--no-vacuum', '--protocol=prepared', `--file=${script}`],
    ...[`--client=${clients}`, '--jobs=2', `--time=${seconds}`],
    ...more,
    databaseUrl,
  ]);
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`pgbench said something else:\n${output}`);
    return Number(found[1]);
  };
  if (number(/failed transactions: (\d+)/) !== 0) throw new Error(`pgbench:\n${output}`);
  return {
    transactions: number(/actually processed: (\d+)/),
    perSecond: number(/tps = ([\d.]+)/),
  };
};

/** A line has the client, the transaction, the microseconds (with a rate: since it was due), and more. */
const readLatencies = (log: string): number[] => {
  const lines = log.split('\n').filter((line) => line !== '');
  return lines.map((line) => Number(line.split(' ')[2]) / 1_000);
};
