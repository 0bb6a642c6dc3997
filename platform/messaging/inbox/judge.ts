/**
 * What an event's sequence means, compared with the highest one of its key and source so far (undefined when there
 * is none). `next`: it follows directly, or is the first one. `skipped`: events before it are missing, and all of
 * them were discarded. `gap`: other events before it are missing. `late`: its own sequence or a later one has
 * already been accepted.
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
