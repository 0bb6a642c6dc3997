type OfPartition = { topic: string; partition: number };

/** The partitions that could not be written the last time, with all keys that lie there. */
export interface HeldPartitions {
  /** Nothing is to go there now. */
  readonly isResting: (topic: string, partition: number) => boolean;
  /** The last request to it failed: the next one goes alone, so that it spoils no other. */
  readonly isDoubtful: (part: OfPartition) => boolean;
  /** How many requests to it have failed since one got through. */
  readonly failuresOf: (part: OfPartition) => number;
  /** A request to it failed, once more. */
  fail(part: OfPartition, restsUntilMs: number): void;
  /** A request to it got through. */
  clear(part: OfPartition): void;
  /** Ends the rests that are over. Only between two passes, as with keys. */
  endRests(nowMs: number): void;
}

interface Held {
  failures: number;
  restsUntilMs: number;
  isResting: boolean;
}

export const createHeldPartitions = (): HeldPartitions => {
  const held = new Map<string, Held>();
  const nameOf = ({ topic, partition }: OfPartition) => `${topic}/${partition}`;
  const failuresOf = (part: OfPartition) => held.get(nameOf(part))?.failures ?? 0;
  return {
    // asked for each row: mostly none is held
    isResting: (topic, partition) =>
      held.size > 0 && held.get(nameOf({ topic, partition }))?.isResting === true,
    isDoubtful: (part) => failuresOf(part) > 0,
    failuresOf,
    fail: (part, restsUntilMs) => {
      const failures = failuresOf(part) + 1;
      held.set(nameOf(part), { failures, restsUntilMs, isResting: true });
    },
    clear: (part) => held.delete(nameOf(part)),
    endRests: (nowMs) => {
      for (const each of held.values()) if (each.restsUntilMs <= nowMs) each.isResting = false;
    },
  };
};
