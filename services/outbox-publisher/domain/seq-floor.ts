import type { BackedOffRows } from './backed-off-rows.ts';

/** How far one pass has read the buckets completely. */
export interface ReadThrough {
  /** Per bucket, the `seq` after which it began to read. */
  readonly from: ReadonlyMap<number, string>;
  /**
   * Per bucket, the `seq` up to which everything read is sent, except for the rows of backed-off partitions.
   */
  readonly upTo: ReadonlyMap<number, string>;
  /** Where the rows of backed-off partitions begin. */
  readonly backedOff: readonly BackedOffRows[];
}

/** Per bucket, the `seq` after which reads begin. */
export interface SeqFloor {
  /** Up to this `seq` there is no unsent row except for those of partitions that are backed off now. */
  readonly of: (bucket: number) => string;
  /** Up to this `seq` there is no unsent row at all. */
  readonly bottomOf: (bucket: number) => string;
  /**
   * Raises the floors to what a pass has sent and marked completely, up to a bound taken before its first
   * read.
   */
  raise(read: ReadThrough): void;
  /** Reads begin at the first row again, because rows may have been released, requeued, or become ours. */
  reset(): void;
}

type IsBackedOff = (topic: string, partition: number) => boolean;

/** A partition that was backed off when a pass came to its unsent rows. */
interface UnsentPartition {
  readonly topic: string;
  readonly partition: number;
  /** Per bucket, a `seq` not above that of its first unsent row. */
  readonly first: Map<number, bigint>;
}

/**
 * A floor that is never raised is never wrong, but then a held snapshot makes each read step over all sent
 * rows, and an unwritable partition makes it step over all rows that wait for it. There is a floor per
 * bucket, because some buckets have many more rows to send than others.
 */
export const createSeqFloor = (isBackedOff: IsBackedOff): SeqFloor => {
  const passed = new Map<number, bigint>();
  const partitions = new Map<string, UnsentPartition>();
  const passedOf = (bucket: number) => passed.get(bucket) ?? 0n;
  const below = (bucket: number, counts: (part: UnsentPartition) => boolean): string => {
    let floor = passedOf(bucket);
    for (const part of partitions.values()) {
      const first = part.first.get(bucket);
      if (first !== undefined && first <= floor && counts(part)) floor = first - 1n;
    }
    return floor.toString();
  };
  const known = ({ topic, partition }: BackedOffRows): UnsentPartition => {
    const name = `${topic}/${partition}`;
    const part = partitions.get(name) ?? { topic, partition, first: new Map<number, bigint>() };
    partitions.set(name, part);
    return part;
  };
  return {
    of: (bucket) => below(bucket, ({ topic, partition }) => !isBackedOff(topic, partition)),
    bottomOf: (bucket) => below(bucket, () => true),
    raise: ({ from, upTo, backedOff }) => {
      const seen = new Map(backedOff.map((rows) => [known(rows), rows.first]));
      for (const [bucket, text] of upTo) {
        const stretch = { from: BigInt(from.get(bucket) ?? 0), upTo: BigInt(text) };
        const isBehind = stretch.upTo < passedOf(bucket);
        for (const part of partitions.values()) {
          const found = seen.get(part)?.get(bucket);
          const first = firstAfter(part.first.get(bucket), { ...stretch, isBehind, found });
          if (first === undefined) part.first.delete(bucket);
          else part.first.set(bucket, first);
        }
        if (!isBehind) passed.set(bucket, stretch.upTo);
      }
      for (const [name, { first }] of partitions) if (first.size === 0) partitions.delete(name);
    },
    reset: () => {
      passed.clear();
      partitions.clear();
    },
  };
};

interface Stretch {
  from: bigint;
  upTo: bigint;
  /** True when an earlier pass has read further than the end of this stretch. */
  isBehind: boolean;
  /** The first row of the backed-off partition found there. */
  found: string | undefined;
}

/**
 * The first unsent row of a partition, after a stretch was read: rows within the stretch are known anew, rows
 * before it were not read.
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
