interface OfPartition {
  topic: string;
  partition: number;
}

/** A partition that could not be written the last time. Times are on the monotonic clock of this process. */
export interface UnwritablePartition extends OfPartition {
  /** The leader of the partition, when known. */
  broker: string | undefined;
  error: string;
  /** How many tries have failed. */
  attempts: number;
  sinceMs: number;
  triedMs: number;
}

/** The partitions that cannot be written, as reported by readiness, metrics and the status for operators. */
export interface UnwritablePartitions {
  failed(part: OfPartition, why: Pick<UnwritablePartition, 'broker' | 'error'>): void;
  written(part: OfPartition): void;
  list(): UnwritablePartition[];
}

export interface UnwritablePartitionsDeps {
  monotonicMs: () => number;
  show: (part: OfPartition, isWritten: boolean) => void;
}

// a partition for which rows wait is tried every few seconds
const forgottenAfterMs = 60_000;

/**
 * Remembers the partitions until they are written. One that was not tried for a minute has no rows waiting,
 * or another publisher has them by now: it is no longer reported.
 */
export const createUnwritablePartitions = (
  deps: UnwritablePartitionsDeps,
): UnwritablePartitions => {
  const { monotonicMs, show } = deps;
  const known = new Map<string, UnwritablePartition>();
  const forget = (part: OfPartition): void => {
    if (known.delete(nameOf(part))) show(part, true);
  };
  return {
    failed: ({ topic, partition }, why) => {
      const nowMs = monotonicMs();
      const { attempts, sinceMs } = known.get(nameOf({ topic, partition })) ?? {
        attempts: 0,
        sinceMs: nowMs,
      };
      const times = { attempts: attempts + 1, sinceMs, triedMs: nowMs };
      known.set(nameOf({ topic, partition }), { topic, partition, ...why, ...times });
      show({ topic, partition }, false);
    },
    written: forget,
    list: () => {
      const oldestMs = monotonicMs() - forgottenAfterMs;
      for (const each of known.values()) if (each.triedMs < oldestMs) forget(each);
      return [...known.values()];
    },
  };
};

const nameOf = ({ topic, partition }: OfPartition): string => `${topic}/${partition}`;
