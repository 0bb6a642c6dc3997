import { percentile } from '../outbox/statistics.ts';

export interface PooledRatio {
  ratio: number;
  /** Nine in ten of the ratios that rounds drawn at random give are between these. */
  low: number;
  high: number;
}

const draws = 10_000;

/**
 * The ratio of the sums over all rounds, and how far chance may have moved it: rounds are drawn again and again, with
 * replacement (bootstrap). The lists have a figure for each round, in the same order.
 */
export const pooledRatio = (
  figures: readonly number[],
  references: readonly number[],
): PooledRatio => {
  const rounds = figures.map((figure, round) => ({ figure, reference: references[round] ?? NaN }));
  const draw = () => rounds.flatMap(() => rounds[Math.floor(Math.random() * rounds.length)] ?? []);
  const ratios = Array.from({ length: draws }, () => ratioOf(draw()));
  return { ratio: ratioOf(rounds), low: percentile(ratios, 0.05), high: percentile(ratios, 0.95) };
};

const ratioOf = (rounds: readonly { figure: number; reference: number }[]): number => {
  const sum = (of: 'figure' | 'reference') => rounds.reduce((total, each) => total + each[of], 0);
  return sum('figure') / sum('reference');
};
