/**
 * What a sequence number says about the events of its key seen before:
 * - `ok`: it is the next one, or the very first.
 * - `unknown`: it is the first one seen since the start, so nothing can be said.
 * - `duplicate`: it was seen before.
 * - `discarded-gap`: those missing before it were discarded by an operator.
 * - `redriven`: it comes after a later one because an operator sent it again.
 * - `jump`: others are missing before it.
 * - `late`: it comes after a later one.
 */
export type History =
  'ok' | 'unknown' | 'duplicate' | 'discarded-gap' | 'redriven' | 'jump' | 'late';

/** An event of one order. */
export interface NextEvent {
  sequence: number;
  isRedriven?: boolean;
  /** Sequences before it that operators discarded. */
  discarded?: readonly number[];
}

export interface SequenceCheck {
  /** Judges the next event of a key and records it as seen. */
  see: (key: string, event: NextEvent) => History;
}

/** What was seen of one key: everything from `first` to `last` except `missing`. */
interface Seen {
  first: number;
  last: number;
  missing: Set<number>;
}

// After a huge jump no more sequences than this are remembered as missing; lower ones then count as
// duplicates.
const maxMissing = 100;

/**
 * Creates a check that remembers `maxKeys` keys; the least recently seen key is forgotten and becomes
 * unknown.
 */
export const createSequenceCheck = (maxKeys: number): SequenceCheck => {
  // A Map keeps the order of insertion, so its first key is the least recently seen.
  const seenByKey = new Map<string, Seen>();
  return {
    see: (key, event) => {
      const { sequence } = event;
      const seen = seenByKey.get(key);
      seenByKey.delete(key);
      seenByKey.set(key, seen ?? { first: sequence, last: sequence, missing: new Set() });
      if (seenByKey.size > maxKeys) seenByKey.delete(oldestOf(seenByKey));
      if (seen !== undefined) return judge(seen, event);
      return sequence === 1 ? 'ok' : 'unknown';
    },
  };
};

const oldestOf = (seenByKey: Map<string, Seen>): string => {
  const [oldest = ''] = seenByKey.keys();
  return oldest;
};

const judge = (seen: Seen, { sequence, isRedriven, discarded = [] }: NextEvent): History => {
  const late = isRedriven === true ? 'redriven' : 'late';
  if (sequence > seen.last) {
    const before = seen.last;
    noteMissing(seen.missing, before + 1, sequence);
    seen.last = sequence;
    if (sequence === before + 1) return 'ok';
    const givenUp = new Set(discarded.filter((each) => each > before && each < sequence));
    return givenUp.size === sequence - before - 1 ? 'discarded-gap' : 'jump';
  }
  if (sequence < seen.first) {
    noteMissing(seen.missing, sequence + 1, seen.first);
    seen.first = sequence;
    return late;
  }
  return seen.missing.delete(sequence) ? late : 'duplicate';
};

const noteMissing = (missing: Set<number>, from: number, to: number): void => {
  const lowest = Math.max(from, to - maxMissing);
  for (let each = lowest; each < to; each += 1) missing.add(each);
};
