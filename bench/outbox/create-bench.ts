import type { Comparison } from '../../testing/checker/compare.ts';
import type { Bench, Figure } from './bench.ts';
import { drainUsual } from './cases/drain.ts';
import { measureDrain } from './drain.ts';
import type { Environment } from './environment.ts';
import { atMost, plain } from './figures.ts';
import { historyRows } from './history.ts';

export interface BenchParts {
  environment: Environment;
  rounds: number;
  scale: number;
}

/** Creates what cases work with, and collects the results of their checks. */
export const createBench = ({ environment, rounds, scale }: BenchParts) => {
  const checks: Comparison[] = [];
  const scaled = (rows: number) => Math.ceil(rows * scale);
  const say = (text: string) => console.log(`  ${text}`);
  let usualRate: number | undefined;
  const bench: Bench = {
    environment,
    rounds,
    scaled,
    say,
    drain: async (plan) => {
      const drain = await measureDrain(environment, { ...plan, history: scaled(historyRows) });
      checks.push(drain.checked);
      say(`${plan.rows} rows: ${drain.eventsPerSecond.toFixed(0)} events/s`);
      return drain;
    },
    noteCheck: (checked) => checks.push(checked),
    usualRate: async () => {
      usualRate ??= (await drainUsual(bench)).eventsPerSecond;
      return usualRate;
    },
    setUsualRate: (eventsPerSecond) => {
      usualRate = eventsPerSecond;
    },
  };
  return { bench, checkFigures: () => figuresOf(checks) };
};

const figuresOf = (checks: readonly Comparison[]): Figure[] => {
  const sum = (pick: (one: Comparison) => number) =>
    checks.reduce((total, one) => total + pick(one), 0);
  return [
    plain(
      'events checked, of all cases',
      sum(({ expected }) => expected),
    ),
    atMost(
      plain(
        'lost',
        sum(({ lost }) => lost),
      ),
      0,
    ),
    atMost(
      plain(
        'out of order',
        sum(({ violations }) => violations.length),
      ),
      0,
    ),
    plain(
      'delivered again',
      sum(({ duplicates }) => duplicates),
    ),
  ];
};
