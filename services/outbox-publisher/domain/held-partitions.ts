type OfPartition = { topic: string; partition: number };

/** The partitions that could not be written the last time, with all keys that map to them. */
export interface HeldPartitions {
  /** Nothing may be sent to the partition now. */
  readonly isBackedOff: (topic: string, partition: number) => boolean;
  /** The last request to it failed: the next one is sent alone, so that no other fails with it. */
  readonly isDoubtful: (part: OfPartition) => boolean;
  /** How many requests to it have failed since the last success. */
  readonly failuresOf: (part: OfPartition) => number;
  /** Counts another failed request to it. */
  fail(part: OfPartition, backedOffUntilMs: number): void;
  /** A request to it succeeded. If it is backed off now, it stays so until the next `endBackoffs`. */
  clear(part: OfPartition): void;
  /** A request to it is slow: until `letGo`, nothing else is sent to it. */
  hold(part: OfPartition): void;
  letGo(part: OfPartition): void;
  /** Ends the back-offs that are over. Called only between two passes, as with keys. */
  endBackoffs(nowMs: number): void;
}

interface Held {
  failures: number;
  backedOffUntilMs: number;
  isBackedOff: boolean;
  /** A request is in flight that nobody awaits. */
  isHeld: boolean;
}

export const createHeldPartitions = (): HeldPartitions => {
  const held = new Map<string, Held>();
  const nameOf = ({ topic, partition }: OfPartition) => `${topic}/${partition}`;
  const known = (part: OfPartition): Held =>
    held.get(nameOf(part)) ?? {
      failures: 0,
      backedOffUntilMs: 0,
      isBackedOff: false,
      isHeld: false,
    };
  const failuresOf = (part: OfPartition) => held.get(nameOf(part))?.failures ?? 0;
  return {
    // called for each row; usually no partition is held
    isBackedOff: (topic, partition) =>
      held.size > 0 && held.get(nameOf({ topic, partition }))?.isBackedOff === true,
    isDoubtful: (part) => failuresOf(part) > 0,
    failuresOf,
    fail: (part, backedOffUntilMs) => {
      const { failures, isHeld } = known(part);
      const name = nameOf(part);
      held.set(name, { failures: failures + 1, backedOffUntilMs, isBackedOff: true, isHeld });
    },
    clear: (part) => {
      const { isBackedOff, isHeld } = known(part);
      // in the middle of a pass, rows of it may have been skipped: later ones would overtake them
      if (isBackedOff)
        held.set(nameOf(part), { failures: 0, backedOffUntilMs: 0, isBackedOff, isHeld });
      else held.delete(nameOf(part));
    },
    hold: (part) => {
      held.set(nameOf(part), { ...known(part), isBackedOff: true, isHeld: true });
    },
    letGo: (part) => {
      held.set(nameOf(part), { ...known(part), isHeld: false });
    },
    endBackoffs: (nowMs) => {
      for (const [name, each] of held) {
        if (each.isHeld || each.backedOffUntilMs > nowMs) continue;
        each.isBackedOff = false;
        if (each.failures === 0) held.delete(name);
      }
    },
  };
};
