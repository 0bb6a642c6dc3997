import type { Kafka } from 'kafkajs';
import type { Logger } from '../../base/logger.ts';
import type { Hold } from './holds.ts';
import type { ReceivedMessage, TopicPartition } from './message.ts';

export interface Assignment {
  /** All partitions assigned now; none means that it is a standby in the group. */
  partitions: readonly TopicPartition[];
  /** The partitions that another member may have had in between, so that what is known about them is outdated. */
  gained: readonly TopicPartition[];
}

export interface ConsumerOptions {
  kafka: Kafka;
  groupId: string;
  topics: readonly string[];
  logger: Logger;
  /**
   * Handles messages of one partition, in order, all or none. When it rejects, the same messages are passed
   * again after a back-off, and only their partition is held; errors that shall be skipped must be caught
   * inside.
   */
  handle: (messages: readonly ReceivedMessage[]) => Promise<void> | void;
  /** Whether `handle` gets a message; the others are passed over. Default: all. */
  isWanted?: (message: ReceivedMessage) => boolean;
  /** At most how many messages `handle` gets at a time. Default 1. */
  maxMessages?: number;
  /** Called with each assignment, and with `undefined` when the group is lost. */
  onAssignment?: (assignment: Assignment | undefined) => void;
  /**
   * After fewer than `maxMessages` of a partition, the next fetch is delayed by this time, so that what
   * arrives meanwhile is handled together; by a quarter of it when none of them was wanted. Default 0.
   */
  lingerMs?: number;
  /** The shortest time between two commits, in milliseconds. Default 0: after each batch. */
  commitIntervalMs?: number;
  /** Called after each batch with the number of messages of the partition that are still to be handled. */
  onLag?: (place: TopicPartition, messages: number) => void;
  /**
   * Called when a partition is held, because it cannot be read or `handle` rejects: at once, after each
   * failed try, and with `undefined` when it has gone on or was assigned to another member.
   */
  onHold?: (place: TopicPartition, hold: Hold | undefined) => void;
  /** Called with how many offsets of a partition the broker deleted before they were read. */
  onMissing?: (place: TopicPartition, offsets: number) => void;
  /** After this time without a heartbeat, in milliseconds, other members take over. Default 3,000. */
  sessionTimeoutMs?: number;
  /** The time between two heartbeats, in milliseconds. Default 500. */
  heartbeatIntervalMs?: number;
}
