import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Transaction } from '../../database/transaction.ts';
import type { InboxEvent } from './event.ts';

/** How one consumer handles the events of one topic. */
export interface InboxConsumer<Schema extends DescMessage = DescMessage, Result = unknown> {
  /** The name under which the inbox records what was handled, and by default of the consumer group. */
  name: string;
  /** The consumer group where it is not the name: another group must not share it on another topic. */
  group?: string;
  topic: string;
  /** The message type of the events; an event whose JSON does not satisfy it is poison. */
  message: Schema;
  /**
   * The types of the events on which it acts, by default all. Others are passed over: neither checked nor recorded. Of one
   * source and key none of them may come between two of these, or the sequence would seem to have a gap.
   */
  types?: readonly string[];
  /**
   * Handles the events in the transaction that records them in the inbox: both are committed, or neither is.
   * Gets up to `maxBatchSize` events that were not handled before; those of one key are in order. When it
   * throws, each event is handled in a transaction of its own, and one that fails alone is parked.
   */
  handle: (tx: Transaction, events: readonly InboxEvent<MessageShape<Schema>>[]) => Promise<Result>;
  /** Called after each commit of handled events, with what `handle` resolved with, e.g. to wake the publisher. */
  afterCommit?(events: readonly InboxEvent<MessageShape<Schema>>[], result: Result): void;
  deadLetterTopic: string;
  /** Whether the later events of a key are handled or wait when the attempts of one of its events are exhausted. */
  whenExhausted: 'skip' | 'block-key';
  /** The number of attempts in all, and the wait after the first one in milliseconds, which doubles each time. */
  retry: { attempts: number; baseMs: number };
  /** Whether the topic's publish policy may leave events out (`skip`), so that a gap is no violation. */
  allowsGaps?: boolean;
  /** Default 500; must be 1 for effects outside the database. */
  maxBatchSize?: number;
}
