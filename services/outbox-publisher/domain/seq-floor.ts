import type { RestingRows } from './resting-rows.ts';

/** What one pass knows of the buckets that it read. */
export interface ReadThrough {
  /** Per bucket, the `seq` behind which it began to read. */
  readonly from: ReadonlyMap<number, string>;
  /** Per bucket, the `seq` up to which nothing is left of what it read, but what rests with its partition. */
  readonly upTo: ReadonlyMap<number, string>;
  /** What rests there. */
  readonly resting: readonly RestingRows[];
}

/** Per bucket, the `seq` behind which reads begin. */
export interface SeqFloor {
  /** Up to it there is no unsent row but those of partitions that rest now. */
  readonly of: (bucket: number) => string;
  /** Up to it there is no unsent row at all. */
  readonly bottomOf: (bucket: number) => string;
  /** Only what a pass sent and marked all of, up to a bound of before its first read. */
  raise(read: ReadThrough): void;
  /** Reads begin at the very first row again: rows may have been released, put back, or become ours. */
  reset(): void;
}

type IsResting = (topic: string, partition: number) => boolean;

interface Waiting {
  readonly topic: string;
  readonly partition: number;
  /** Per bucket, a `seq` not above that of its first row that is not sent. */
  readonly first: Map<number, bigint>;
}

/**
 * What is never raised is never wrong; without it a held snapshot makes each read step over all that was sent,
 * and a partition that cannot be written makes it step over all that waits there. A floor for each bucket,
 * because some have many more rows to send than others.
 */
export const createSeqFloor = (isResting: IsResting): SeqFloor => {
  const passed = new Map<number, bigint>();
  const waiting = new Map<string, Waiting>();
  const passedOf = (bucket: number) => passed.get(bucket) ?? 0n;
  const below = (bucket: number, counts: (part: Waiting) => boolean): string => {
    let floor = passedOf(bucket);
    for (const part of waiting.values()) {
      const first = part.first.get(bucket);
      if (first !== undefined && first <= floor && counts(part)) floor = first - 1n;
    }
    return floor.toString();
  };
  const known = ({ topic, partition }: RestingRows): Waiting => {
    const name = `${topic}/${partition}`;
    const part = waiting.get(name) ?? { topic, partition, first: new Map<number, bigint>() };
    waiting.set(name, part);
    return part;
  };
  return {
    of: (bucket) => below(bucket, ({ topic, partition }) => !isResting(topic, partition)),
    bottomOf: (bucket) => below(bucket, () => true),
    raise: ({ from, upTo, resting }) => {
      const seen = new Map(resting.map((rows) => [known(rows), rows.first]));
      for (const [bucket, text] of upTo) {
        const stretch = { from: BigInt(from.get(bucket) ?? 0), upTo: BigInt(text) };
        const isBehind = stretch.upTo < passedOf(bucket);
        for (const part of waiting.values()) {
          const found = seen.get(part)?.get(bucket);
          const first = firstAfter(part.first.get(bucket), { ...stretch, isBehind, found });
          if (first === undefined) part.first.delete(bucket);
          else part.first.set(bucket, first);
        }
        if (!isBehind) passed.set(bucket, stretch.upTo);
      }
      for (const [name, { first }] of waiting) if (first.size === 0) waiting.delete(name);
    },
    reset: () => {
      passed.clear();
      waiting.clear();
    },
  };
};

interface Stretch {
  from: bigint;
  upTo: bigint;
  /** Behind it lies what an earlier pass has read. */
  isBehind: boolean;
  /** The first row of the partition that rests there. */
  found: string | undefined;
}

/**
 * The first row of a partition that is not sent, after a stretch was read: it tells anew what waits in it; what
 * begins before it was not looked at.
 */
const firstAfter = (before: bigint | undefined, stretch: Stretch): bigint | undefined => {
  const { from, upTo, isBehind } = stretch;
  const isRead = before !== undefined && before > from && before <= upTo;
  const beyond = isBehind ? upTo + 1n : undefined;
  const kept = isRead ? beyond : before;
  const found = stretch.found === undefined ? undefined : BigInt(stretch.found);
  if (found === undefined || found > upTo) return kept;
  return kept === undefined || found < kept ? found : kept;
};
