type OfPartition = { topic: string; partition: number };

/** The partitions that could not be written the last time, with all keys that lie there. */
export interface HeldPartitions {
  /** Nothing is to go there now. */
  readonly isResting: (topic: string, partition: number) => boolean;
  /** The last request to it failed: the next one goes alone, so that no other fails with it. */
  readonly isDoubtful: (part: OfPartition) => boolean;
  /** How many requests to it have failed since one got through. */
  readonly failuresOf: (part: OfPartition) => number;
  /** A request to it failed, once more. */
  fail(part: OfPartition, restsUntilMs: number): void;
  /** A request to it got through. If it rests now, then until the next `endRests`. */
  clear(part: OfPartition): void;
  /** A request to it takes long: until it is let go nothing else goes there. */
  hold(part: OfPartition): void;
  letGo(part: OfPartition): void;
  /** Ends the rests that are over. Only between two passes, as with keys. */
  endRests(nowMs: number): void;
}

interface Held {
  failures: number;
  restsUntilMs: number;
  isResting: boolean;
  /** A request is under way that nobody waits for. */
  isHeld: boolean;
}

export const createHeldPartitions = (): HeldPartitions => {
  const held = new Map<string, Held>();
  const nameOf = ({ topic, partition }: OfPartition) => `${topic}/${partition}`;
  const known = (part: OfPartition): Held =>
    held.get(nameOf(part)) ?? { failures: 0, restsUntilMs: 0, isResting: false, isHeld: false };
  const failuresOf = (part: OfPartition) => held.get(nameOf(part))?.failures ?? 0;
  return {
    // asked for each row: mostly none is held
    isResting: (topic, partition) =>
      held.size > 0 && held.get(nameOf({ topic, partition }))?.isResting === true,
    isDoubtful: (part) => failuresOf(part) > 0,
    failuresOf,
    fail: (part, restsUntilMs) => {
      const { failures, isHeld } = known(part);
      const name = nameOf(part);
      held.set(name, { failures: failures + 1, restsUntilMs, isResting: true, isHeld });
    },
    clear: (part) => {
      const { isResting, isHeld } = known(part);
      // in the middle of a pass rows of it may have been passed over: later ones would overtake them
      if (isResting) held.set(nameOf(part), { failures: 0, restsUntilMs: 0, isResting, isHeld });
      else held.delete(nameOf(part));
    },
    hold: (part) => {
      held.set(nameOf(part), { ...known(part), isResting: true, isHeld: true });
    },
    letGo: (part) => {
      held.set(nameOf(part), { ...known(part), isHeld: false });
    },
    endRests: (nowMs) => {
      for (const [name, each] of held) {
        if (each.isHeld || each.restsUntilMs > nowMs) continue;
        each.isResting = false;
        if (each.failures === 0) held.delete(name);
      }
    },
  };
};
