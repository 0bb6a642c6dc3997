import type { Letter } from './consumed.ts';

/** A message that a consumer gave up, as it came. */
export interface DeadLetter extends Letter {
  readonly service: string;
  readonly consumer: string;
  readonly eventId: string;
  readonly topic: string;
  readonly key: string;
  readonly partition: number;
  readonly offset: bigint;
  /** Who emitted it; empty when it does not say so. */
  readonly source: string;
  readonly sequence: bigint | undefined;
  readonly eventType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The beginning of it. */
  readonly value: Uint8Array | undefined;
  readonly valueBytes: number;
}
