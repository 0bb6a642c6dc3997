import type { Kafka } from 'kafkajs';
import type { Logger } from '../../base/logger.ts';
import type { Hold } from './holds.ts';
import type { ReceivedMessage, TopicPartition } from './message.ts';

export interface Assignment {
  /** All partitions held now; none means: in the group, standing by. */
  partitions: readonly TopicPartition[];
  /** Those that another member may have held in between: what is remembered of them is worthless. */
  gained: readonly TopicPartition[];
}

export interface ConsumerOptions {
  kafka: Kafka;
  groupId: string;
  topics: readonly string[];
  logger: Logger;
  /**
   * Handles messages of one partition, in order, all or none. When it rejects, the same messages come again
   * after a back-off, and only their partition is held; what shall be skipped must be caught inside.
   */
  handle: (messages: readonly ReceivedMessage[]) => Promise<void> | void;
  /** How many messages `handle` gets at most at a time. Default 1. */
  maxMessages?: number;
  /** Hears each assignment, and `undefined` when the group is lost. */
  onAssignment?: (assignment: Assignment | undefined) => void;
  /**
   * After fewer than `maxMessages` of a partition, the next are fetched so much later: what comes meanwhile
   * is handled together. Default 0.
   */
  lingerMs?: number;
  /** How often what was handled is committed to the group, at the most. Default 0: after each batch. */
  commitIntervalMs?: number;
  /** Called with how many messages of a partition are still to be handled, after each batch. */
  onLag?: (place: TopicPartition, messages: number) => void;
  /**
   * Called when a partition is held, because it cannot be read or `handle` rejects: at once, after each try
   * without success, and with `undefined` when it has gone on or is another's.
   */
  onHold?: (place: TopicPartition, hold: Hold | undefined) => void;
  /** Called with how many offsets of a partition the broker deleted before they were read. */
  onMissing?: (place: TopicPartition, offsets: number) => void;
  /** After so long without a sign of life the others take over. Default 3,000. */
  sessionTimeoutMs?: number;
  /** Default 500. */
  heartbeatIntervalMs?: number;
}
