import type { Letter } from './consumed.ts';

/** A message that a consumer gave up, as it was received. */
export interface DeadLetter extends Letter {
  readonly service: string;
  readonly consumer: string;
  readonly eventId: string;
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: bigint;
  /** The service that emitted it; empty when the message does not say. */
  readonly source: string;
  readonly sequence: bigint | undefined;
  readonly eventType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of the value. */
  readonly value: Uint8Array | undefined;
  readonly valueBytes: number;
}
