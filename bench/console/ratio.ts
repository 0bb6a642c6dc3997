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

const resamples = 1_000;

/** Pools the latencies of each kind and compares a percentile of them. The interval comes from drawing the pairs anew, with replacement. */
export const ratioOf = (pairs: readonly Pair[], share: number): Ratio => {
  const ofDrawn = (drawn: readonly Pair[]) =>
    percentileOf(
      drawn.map(({ after }) => after),
      share,
    ) /
    percentileOf(
      drawn.map(({ before }) => before),
      share,
    );
  const draw = () => pairs.map(() => pairs[Math.floor(Math.random() * pairs.length)] as Pair);
  const ratios = Float64Array.from({ length: resamples }, () => ofDrawn(draw())).sort();
  const at = (part: number) => ratios[Math.round(part * (resamples - 1))] ?? NaN;
  return { ratio: ofDrawn(pairs), from: at(0.025), to: at(0.975) };
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
