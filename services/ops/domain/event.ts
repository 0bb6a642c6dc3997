/** An event of an outbox, whichever table has its row now. */
export interface OutboxEvent {
  readonly source: string;
  readonly topic: string;
  readonly key: string;
  readonly sequence: bigint;
  readonly id: string;
  readonly eventType: string;
  readonly status: 'CREATED' | 'PROCESSING' | 'COMPLETED' | 'FAILED' | 'DISCARDED';
  /** The publisher does not read it until the FAILED event before it in its key is released. */
  readonly isWaiting: boolean;
  readonly error: string;
  readonly attempts: number;
  readonly bucket: number;
  readonly seq: bigint;
  readonly headers: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly lastAttemptAt: Date | undefined;
  readonly sentAt: Date | undefined;
  readonly partition: number | undefined;
  readonly offset: bigint | undefined;
  /** When the row was moved from the outbox to outbox_failed. */
  readonly movedAt: Date | undefined;
  readonly discardedAt: Date | undefined;
  readonly discardedBy: string;
  readonly discardReason: string;
}

/** How a waiting event is described. */
export const waitingWords = 'waits behind a failed event of its key';

/** Returns when a FAILED event failed: at its last attempt. */
export const failedAt = ({ lastAttemptAt, createdAt }: OutboxEvent): Date =>
  lastAttemptAt ?? createdAt;
