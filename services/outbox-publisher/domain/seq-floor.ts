/** Per bucket, the `seq` below which there is no unsent row, so that no read has to look there. */
export interface SeqFloor {
  readonly of: (bucket: number) => string;
  /** Only to values up to which every transaction had ended when the rows were read, and is settled. */
  raise(settled: ReadonlyMap<number, string>): void;
  /**
   * Reads begin at the very first row again: rows may have been released, or become ours. What it returns takes
   * that back, for when nothing of the kind was the reason and the reads did not get through.
   */
  reset(): () => void;
}

const lowest = '0';

/**
 * What is never raised is never wrong; without it a held snapshot makes each read step over all that was
 * sent. A floor for each bucket, because some have many more rows to send than others.
 */
export const createSeqFloor = (): SeqFloor => {
  let floors = new Map<number, string>();
  const of = (bucket: number) => floors.get(bucket) ?? lowest;
  return {
    of,
    raise: (settled) => {
      for (const [bucket, seq] of settled) {
        if (BigInt(seq) > BigInt(of(bucket))) floors.set(bucket, seq);
      }
    },
    reset: () => {
      const before = floors;
      floors = new Map();
      return () => (floors = before);
    },
  };
};
