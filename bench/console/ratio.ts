import { bootstrap } from '../bootstrap.ts';

/** The latencies of two rounds that followed each other, one of each kind. */
export interface Pair {
  before: Float64Array;
  after: Float64Array;
}

/** How a percentile of `after` compares with that of `before`, and where it would be in 95 of 100 such benches. */
export interface Ratio {
  ratio: number;
  from: number;
  to: number;
}

/** Pools the latencies of each kind and compares a percentile of them; pairs are what is drawn for the interval. */
export const ratioOf = (pairs: readonly Pair[], share: number): Ratio => {
  const ratio = (drawn: readonly Pair[]) => {
    const of = (kind: keyof Pair) =>
      percentileOf(
        drawn.map((pair) => pair[kind]),
        share,
      );
    return of('after') / of('before');
  };
  const { low: from, high: to } = bootstrap(pairs, ratio, { draws: 1_000, share: 0.95 });
  return { ratio: ratio(pairs), from, to };
};

/** A percentile of the values of all lists together. */
export const percentileOf = (lists: readonly Float64Array[], share: number): number => {
  const all = new Float64Array(lists.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all.sort()[Math.max(0, Math.ceil(all.length * share) - 1)] ?? NaN;
};
