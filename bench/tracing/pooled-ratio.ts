import { bootstrap, type Interval } from '../bootstrap.ts';

/** The ratio, and between which nine in ten of the ratios of rounds drawn at random are. */
export interface PooledRatio extends Interval {
  ratio: number;
}

/** The ratio of the sums over all rounds. The lists have a figure for each round, in the same order. */
export const pooledRatio = (
  figures: readonly number[],
  references: readonly number[],
): PooledRatio => {
  const rounds = figures.map((figure, round) => ({ figure, reference: references[round] ?? NaN }));
  const interval = bootstrap(rounds, ratioOf, { draws: 10_000, share: 0.9 });
  return { ratio: ratioOf(rounds), ...interval };
};

const ratioOf = (rounds: readonly { figure: number; reference: number }[]): number => {
  const sum = (of: 'figure' | 'reference') => rounds.reduce((total, each) => total + each[of], 0);
  return sum('figure') / sum('reference');
};
