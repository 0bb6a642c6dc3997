/** An outbox row that is not sent yet, as it is read for publishing. */
export interface UnsentRow {
  /** The tuple id (ctid) of the row: the fastest access path to it until the row is updated. */
  readonly tupleId: string;
  readonly id: string;
  readonly topic: string;
  readonly key: string;
  readonly sequence: string;
  readonly eventType: string;
  /** JSON text, passed on without being parsed. */
  readonly payload: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bucket: number;
  /** The order within a bucket; a 64-bit number as text. */
  readonly seq: string;
  readonly attempts: number;
  readonly createdAtMs: number;
  /**
   * Milliseconds since the last counted attempt, by the database's clock when the row was read; null without
   * one.
   */
  readonly sinceAttemptMs: number | null;
}

/** The fields of a log line about the row. */
export const factsOf = ({ topic, key, sequence, id }: UnsentRow) => ({
  topic,
  key,
  sequence: Number(sequence),
  event_id: id,
});

/** The partition and offset of a sent row's message in Kafka. */
export interface SentRow {
  readonly row: UnsentRow;
  readonly partition: number;
  readonly offset: bigint;
}

/** Order and blocking apply per topic and key. */
export const topicKey = ({ topic, key }: { topic: string; key: string }): string =>
  `${topic}\u0000${key}`;
