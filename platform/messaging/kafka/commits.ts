import type { Consumer, EachBatchPayload, TopicPartitionOffset } from 'kafkajs';

/** Tells the group how far partitions were handled. */
export interface Commits {
  /** All before `next` was handled. Rejects when it is to be told at once and cannot be. */
  handled: (payload: EachBatchPayload, next: bigint) => Promise<void>;
  /** Tells what was not told yet. Never rejects: what is not told comes again. */
  flush: () => Promise<void>;
  /** The partitions are dealt out anew: what was not told is not ours to tell any more, and comes again. */
  forget: () => void;
}

/**
 * With an interval of 0 each batch is committed at once, as it is once the signal has aborted. Otherwise what was
 * handled is committed together, so often at the most: a crash in between delivers as much again.
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
    // in the middle of a rebalance nothing can be told; whoever gets the partition gets it again
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
