/**
 * What an event's sequence means, given the highest one of its key and source so far (undefined when there is
 * none): `next`: it follows directly, or is the first ever seen; `skipped`: those missing before it were
 * discarded; `gap`: others are missing before it; `late`: a later one, or this one under another id, has come
 * already.
 */
export type Verdict = 'next' | 'skipped' | 'gap' | 'late';

export const judgeSequence = (
  sequence: bigint,
  highest: bigint | undefined,
  discarded: readonly bigint[] = [],
): Verdict => {
  if (highest === undefined || sequence === highest + 1n) return 'next';
  if (sequence <= highest) return 'late';
  const givenUp = new Set(discarded.filter((each) => each > highest && each < sequence));
  return BigInt(givenUp.size) === sequence - highest - 1n ? 'skipped' : 'gap';
};
