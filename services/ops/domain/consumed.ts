/** A message as the inbox of one consumer knows it, wherever its rows are now. */
export interface ConsumedMessage {
  readonly service: string;
  readonly consumer: string;
  readonly topic: string;
  readonly eventId: string;
  /** Who emitted it; empty when it does not say so. */
  readonly source: string;
  readonly sequence: bigint | undefined;
  readonly eventType: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly outcome: 'HANDLED' | 'PARKED' | 'DEAD' | 'DISCARDED';
  /** Undefined: the inbox has forgotten it. */
  readonly takenAt: Date | undefined;
  readonly parked: Parked | undefined;
  readonly letter: Letter | undefined;
}

/** It stands in the queue of its key. */
export interface Parked {
  /** Lower ones of its key are tried first. */
  readonly place: bigint;
  readonly attempts: number;
  /** It is not tried: the next thing is its dead letter. */
  readonly isHopeless: boolean;
  readonly error: string;
  readonly lastAttemptAt: Date | undefined;
  /** When it was given up and its key blocked. */
  readonly deadAt: Date | undefined;
  /** When the first of its key is tried; undefined: not before somebody helps. */
  readonly dueAt: Date | undefined;
  /** Since when the first of its key is to become a dead letter that is not written yet. */
  readonly letterSince: Date | undefined;
  /** Why that could not be written, with its topic; empty: it has not failed. */
  readonly letterError: string;
}

/** It was given up at least once. */
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

/** What is to be done at its time. */
export interface TimerOfKey {
  readonly service: string;
  readonly kind: string;
  readonly dueAt: Date;
  readonly attempts: number;
  readonly lastError: string;
  readonly createdAt: Date;
}

/** Given up, and nobody has dealt with it. */
export const isOpen = (letter: Pick<Letter, 'redrivenAt' | 'discardedAt'>): boolean =>
  letter.redrivenAt === undefined && letter.discardedAt === undefined;
