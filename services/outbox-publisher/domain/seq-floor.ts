/** The `seq` below which a source has no unsent row of ours, so that no read has to look there. */
export interface SeqFloor {
  at(): string;
  /** Only to a value up to which every transaction had ended when the rows were read, and is settled. */
  raise(seq: string): void;
  /** Reads begin at the very first row again: rows may have been released, or become ours. */
  reset(): void;
}

const lowest = '0';

/** What is never raised is never wrong; without it a held snapshot makes each read step over all that was sent. */
export const createSeqFloor = (): SeqFloor => {
  let floor = lowest;
  return {
    at: () => floor,
    raise: (seq) => {
      if (BigInt(seq) > BigInt(floor)) floor = seq;
    },
    reset: () => {
      floor = lowest;
    },
  };
};
