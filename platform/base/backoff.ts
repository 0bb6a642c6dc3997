export interface BackoffOptions {
  firstMs: number;
  maxMs: number;
}

/**
 * Returns how long to wait before try number `attempt` (from 1): it doubles up to `maxMs` and is then reduced
 * at random to between half and all of it, so that many that failed together do not retry together. `random`
 * is from [0, 1).
 */
export const backoffMs = (
  attempt: number,
  { firstMs, maxMs }: BackoffOptions,
  random: () => number = Math.random,
): number => {
  const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(ceiling * (0.5 + random() / 2));
};
