/*
 * What operations keep of what they changed, as JSON: the answer to the request is made from it, and what has
 * become of its events is found by it.
 */

/** A key of a topic whose events were released. */
export interface RedrivenKey {
  topic: string;
  key: string;
  /** FAILED events that are sent again. */
  failed: number;
  /** Events that waited behind them. */
  waiting: number;
}

export interface RedrivenKeys {
  keys: readonly RedrivenKey[];
  hasMore: boolean;
  /** ISO 8601. */
  asOf: string;
}

export interface DiscardedEvent {
  id: string;
  topic: string;
  key: string;
  sequence: string;
  /** Events that waited behind it and were released. */
  released: number;
}

export interface ReplayedEvents {
  ids: readonly string[];
  /** How many keys they have. */
  keys: number;
  passedOver: number;
  hasMore: boolean;
  lastSeq: string;
  /** ISO 8601. */
  asOf: string;
}

export interface RedrivenLetters {
  consumer: string;
  letters: readonly { eventId: string; topic: string; key: string }[];
  hasMore: boolean;
  /** ISO 8601. */
  asOf: string;
}

/** A letter that was redriven with another value. */
export interface EditedLetter extends RedrivenLetters {
  value: string;
}

export interface DiscardedLetter {
  consumer: string;
  eventId: string;
  topic: string;
  key: string;
  /** Absent when the message does not say. */
  sequence?: string;
}
