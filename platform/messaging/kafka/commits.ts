import type { Consumer, EachBatchPayload, TopicPartitionOffset } from 'kafkajs';

/** Commits to the group how far partitions were handled. */
export interface Commits {
  /** Everything before `next` was handled. Rejects when that has to be committed at once and cannot be. */
  handled: (payload: EachBatchPayload, next: bigint) => Promise<void>;
  /** Commits the collected offsets. Never rejects, because messages without a committed offset are delivered again. */
  flush: () => Promise<void>;
  /**
   * To be called when partitions are reassigned: offsets that were not committed may not be committed by this member
   * any more, and their messages are delivered again.
   */
  forget: () => void;
}

/**
 * With an interval of 0, and once the signal has aborted, each batch is committed at once. Otherwise offsets are
 * collected and committed at most once per interval; after a crash, the messages of that time are delivered again.
 */
export const createCommits = (
  consumer: Pick<Consumer, 'commitOffsets'>,
  intervalMs: number,
  signal: AbortSignal,
): Commits => {
  const untold = new Map<string, TopicPartitionOffset>();
  let timer: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const offsets = [...untold.values()];
    untold.clear();
    // No commit succeeds during a rebalance; the next member of the partition then gets the messages again.
    if (offsets.length > 0) await consumer.commitOffsets(offsets).catch(() => undefined);
  };
  return {
    handled: async (payload, next) => {
      const { topic, partition } = payload.batch;
      const offset = String(next);
      if (intervalMs > 0 && !signal.aborted) {
        untold.set(`${topic}/${partition}`, { topic, partition, offset });
        timer ??= setTimeout(() => void flush(), intervalMs);
        return;
      }
      untold.delete(`${topic}/${partition}`);
      const partitions = [{ partition, offset }];
      await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions }] });
    },
    flush,
    forget: () => untold.clear(),
  };
};
