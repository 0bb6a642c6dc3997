/** An outbox row that is not sent yet, as it is read for publishing. */
export interface UnsentRow {
  /** Where the row lies in its table (ctid): the quickest way back to it for as long as nobody moves it. */
  readonly place: string;
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly sequence: string;
  readonly eventType: string;
  /** JSON text, not looked into. */
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bucket: number;
  /** The reading order within a bucket; a 64-bit number as text. */
  readonly seq: string;
  readonly attempts: number;
  readonly createdAtMs: number;
  /** Since the last attempt that was counted, by the database's clock when the row was read; null: none was. */
  readonly sinceAttemptMs: number | null;
}

/** Where a row's message is in Kafka. */
export interface SentRow {
  readonly row: UnsentRow;
  readonly partition: number;
  readonly offset: bigint;
}

/** Order and blocking are per topic and key. */
export const topicKey = ({ topic, key }: { topic: string; key: string }): string =>
  `${topic}\u0000${key}`;
