import type { DescMessage, MessageShape } from '@bufbuild/protobuf';
import type { Transaction } from '../../database/transaction.ts';
import type { InboxEvent } from './event.ts';

/** What one consumer does with the events of one topic. */
export interface InboxConsumer<Schema extends DescMessage = DescMessage> {
  /** The consumer group, and the name by which the inbox remembers what it has handled. */
  name: string;
  topic: string;
  /** What an event's JSON must hold; what it does not satisfy is poison. */
  message: Schema;
  /**
   * Does what the events are for, in the transaction that remembers them: all of it is committed, or none.
   * Gets events that nobody has handled yet, of one key in order, up to `maxBatchSize`; when it throws, each
   * is handled by itself, and what fails alone is parked by its key.
   */
  handle: (tx: Transaction, events: readonly InboxEvent<MessageShape<Schema>>[]) => Promise<void>;
  /** Called after each commit of handled events, e.g. to wake the publisher. */
  afterCommit?: () => void;
  deadLetterTopic: string;
  /** What happens to a key when the attempts of an event are exhausted: its later events go on, or wait. */
  whenExhausted: 'skip' | 'block-key';
  /** Tries in all, and the wait after the first; it doubles each time. */
  retry: { attempts: number; baseMs: number };
  /** The topic's publish policy may leave events out (`skip`): then a gap is no violation. */
  allowsGaps?: boolean;
  /** 500 by default; 1 for effects outside the database. */
  maxBatchSize?: number;
}
