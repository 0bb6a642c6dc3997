import { percentile } from './outbox/statistics.ts';

export interface Interval {
  low: number;
  high: number;
}

/**
 * Between which values a figure of these rounds would be in this share of all benches: rounds are drawn again and again,
 * with replacement (bootstrap).
 */
export const bootstrap = <Round>(
  rounds: readonly Round[],
  figureOf: (rounds: readonly Round[]) => number,
  { draws, share }: { draws: number; share: number },
): Interval => {
  const draw = () => rounds.map(() => rounds[Math.floor(Math.random() * rounds.length)] as Round);
  const figures = Array.from({ length: draws }, () => figureOf(draw()));
  const outside = (1 - share) / 2;
  return { low: percentile(figures, outside), high: percentile(figures, 1 - outside) };
};
