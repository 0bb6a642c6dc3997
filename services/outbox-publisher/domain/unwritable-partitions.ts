interface OfPartition {
  topic: string;
  partition: number;
}

/** A partition that could not be written the last time. Times are of the process's monotonic clock. */
export interface UnwritablePartition extends OfPartition {
  /** Who leads it, where that is known. */
  broker: string | undefined;
  error: string;
  /** How often it was tried without success. */
  attempts: number;
  sinceMs: number;
  triedMs: number;
}

/** What is reported of partitions that cannot be written: by readiness, metrics and the operators' status. */
export interface UnwritablePartitions {
  failed(part: OfPartition, why: Pick<UnwritablePartition, 'broker' | 'error'>): void;
  written(part: OfPartition): void;
  list(): UnwritablePartition[];
}

export interface UnwritablePartitionsDeps {
  monotonicMs: () => number;
  show: (part: OfPartition, isWritten: boolean) => void;
}

// while anything waits for it a partition is tried every few seconds
const forgottenAfterMs = 60_000;

/**
 * Remembers them until they are written. One that was not tried for a minute has nothing that waits for it, or
 * what waits is another publisher's by now: it is reported no longer.
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
