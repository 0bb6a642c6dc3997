import type { Consumer, EachBatchPayload, TopicPartitionOffset } from 'kafkajs';

/** Commits to the group how far partitions were handled. */
export interface Commits {
  /** Everything before `next` was handled. Rejects when that has to be committed at once and cannot be. */
  handled: (payload: EachBatchPayload, next: bigint) => Promise<void>;
  /** Commits what is not committed yet. Never rejects: what is not committed is delivered again. */
  flush: () => Promise<void>;
  /**
   * Called when partitions are reassigned: what was not committed is not ours to commit any more, and is
   * delivered again.
   */
  forget: () => void;
}

/**
 * With an interval of 0 each batch is committed at once, and so it is once the signal has aborted. Otherwise
 * commits are collected and made at most this often: a crash in between makes that much be delivered again.
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
    // no commit succeeds during a rebalance; the partition is delivered again to whoever gets it
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
