import { runTied } from '../../deploy/local/run-tied.ts';

export interface Transactions {
  pgbench: string;
  databaseUrl: string;
  /** The file with the transaction. */
  script: string;
  clients: number;
  seconds: number;
}

export interface Ran {
  transactions: number;
  perSecond: number;
}

/** Runs pgbench with prepared statements. Throws when one transaction failed. */
export const runPgbench = async (options: Transactions): Promise<Ran> => {
  const { pgbench, databaseUrl, script, clients, seconds } = options;
  const output = await runTied(pgbench, [
    ...['--no-vacuum', '--protocol=prepared', `--file=${script}`],
    ...[`--client=${clients}`, '--jobs=2', `--time=${seconds}`],
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
