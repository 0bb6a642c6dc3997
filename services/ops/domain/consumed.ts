/** A message as the inbox of one consumer knows it, whichever table has its row now. */
export interface ConsumedMessage {
  readonly service: string;
  readonly consumer: string;
  readonly topic: string;
  readonly eventId: string;
  /** The service that emitted it; empty when the message does not say. */
  readonly source: string;
  readonly sequence: bigint | undefined;
  readonly eventType: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly outcome: 'HANDLED' | 'PARKED' | 'DEAD' | 'DISCARDED';
  /** Undefined when the inbox has forgotten it. */
  readonly takenAt: Date | undefined;
  readonly parked: Parked | undefined;
  readonly letter: Letter | undefined;
}

/** What is stored of a message that is in the queue of its key. */
export interface Parked {
  /** The messages of a key are tried in the order of this number. */
  readonly place: bigint;
  readonly attempts: number;
  /** True when the message is not tried again but becomes a dead letter. */
  readonly isHopeless: boolean;
  readonly error: string;
  readonly lastAttemptAt: Date | undefined;
  /** When it was given up and its key blocked. */
  readonly deadAt: Date | undefined;
  /** When the first message of its key is tried; undefined when an operator has to act first. */
  readonly dueAt: Date | undefined;
  /** Since when the first message of its key waits for its dead letter to be written. */
  readonly letterSince: Date | undefined;
  /** Why the dead letter could not be written, with its topic; empty when that has not failed. */
  readonly letterError: string;
}

/** What is stored of a message that was given up at least once. */
export interface Letter {
  readonly attempts: number;
  readonly error: string;
  readonly failedAt: Date;
  readonly redrivenAt: Date | undefined;
  readonly redrivenBy: string;
  readonly discardedAt: Date | undefined;
  readonly discardedBy: string;
  readonly discardReason: string;
}

/** The highest sequence of a source that a consumer has accepted. */
export interface ConsumerPosition {
  readonly service: string;
  readonly consumer: string;
  readonly topic: string;
  readonly source: string;
  readonly sequence: bigint;
}

/** A timer of the key. */
export interface TimerOfKey {
  readonly service: string;
  readonly kind: string;
  readonly dueAt: Date;
  readonly attempts: number;
  readonly lastError: string;
  readonly createdAt: Date;
}

/** Whether the message is still given up: neither redriven nor discarded. */
export const isOpen = (letter: Pick<Letter, 'redrivenAt' | 'discardedAt'>): boolean =>
  letter.redrivenAt === undefined && letter.discardedAt === undefined;
