import type { EachBatchPayload } from 'kafkajs';
import { backoffMs } from '../../base/backoff.ts';
import type { Logger } from '../../base/logger.ts';
import { sleep } from '../../base/sleep.ts';
import type { TopicPartition } from './message.ts';

/** A partition that is not read any further for now. */
export interface Hold extends TopicPartition {
  /** The next offset to be handled. */
  offset: bigint;
  cause: string;
  /** How many tries have failed in all. */
  attempt: number;
}

export interface HoldReason {
  offset: bigint;
  cause: string;
  error: Error;
  /** The longest wait between tries, in milliseconds. */
  maxMs: number;
}

/** Which partitions a consumer holds. It outlives the membership, because joining a group is no progress. */
export interface Holds {
  /** Pauses this partition only, and tries again after a wait that grows until `release`. */
  hold: (payload: EachBatchPayload, reason: HoldReason) => void;
  /** Ends the hold, because the partition has gone on. */
  release: (place: TopicPartition) => void;
  /** Forgets partitions that are assigned to other members, which report them now. */
  keepOnly: (assigned: readonly TopicPartition[]) => void;
  list: () => Hold[];
}

export interface HoldsOptions {
  groupId: string;
  logger: Logger;
  /** Called when a partition is held, again after each try, and with `undefined` when that is over. */
  onHold?: (place: TopicPartition, hold: Hold | undefined) => void;
}

const firstMs = 100;

/**
 * Creates the record of held partitions; it logs the first failure, and then every time the number of tries has
 * doubled.
 */
export const createHolds = (options: HoldsOptions, signal: AbortSignal): Holds => {
  const { groupId, logger, onHold } = options;
  const held = new Map<string, Hold>();
  const forget = (hold: Hold): void => {
    held.delete(nameOf(hold));
    onHold?.({ topic: hold.topic, partition: hold.partition }, undefined);
  };
  return {
    hold: (payload, { offset, cause, error, maxMs }) => {
      const { topic, partition } = payload.batch;
      const attempt = (held.get(nameOf({ topic, partition }))?.attempt ?? 0) + 1;
      const hold = { topic, partition, offset, cause, attempt };
      held.set(nameOf(hold), hold);
      const waitMs = backoffMs(attempt, { firstMs, maxMs });
      if (isPowerOfTwo(attempt)) {
        const facts = factsOf(groupId, hold);
        logger.error(
          { err: error, ...facts, retry_in_ms: waitMs },
          `partition is held, others go on: ${cause}`,
        );
      }
      onHold?.({ topic, partition }, hold);
      const resume = payload.pause();
      void sleep(waitMs, signal).then(resume);
    },
    release: (place) => {
      const hold = held.get(nameOf(place));
      if (hold === undefined) return;
      logger.info(factsOf(groupId, hold), 'the partition that was held goes on');
      forget(hold);
    },
    keepOnly: (assigned) => {
      const names = new Set(assigned.map(nameOf));
      for (const hold of held.values()) if (!names.has(nameOf(hold))) forget(hold);
    },
    list: () => [...held.values()],
  };
};

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const factsOf = (group: string, { topic, partition, offset, attempt }: Hold) => ({
  group,
  topic,
  partition,
  offset: Number(offset),
  attempts: attempt,
});

const isPowerOfTwo = (number: number): boolean => (number & (number - 1)) === 0;
