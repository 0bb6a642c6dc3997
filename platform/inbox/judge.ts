/**
 * What an event's sequence says, given the highest one of its key and source so far (undefined: none has come):
 * `next` it is the one that follows, or the first ever met; `jump` some are missing before it; `late` a later
 * one, or this one under another id, has come already.
 */
export type Verdict = 'next' | 'jump' | 'late';

export const judgeSequence = (sequence: bigint, highest: bigint | undefined): Verdict => {
  if (highest === undefined || sequence === highest + 1n) return 'next';
  return sequence > highest ? 'jump' : 'late';
};
