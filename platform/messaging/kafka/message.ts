import type { KafkaMessage } from 'kafkajs';

/** A message as it was read, before it is validated. */
export interface ReceivedMessage {
  topic: string;
  partition: number;
  offset: bigint;
  /** Absent when the message has none. */
  key: string | undefined;
  /** The raw key, which need not be text. */
  keyBytes?: Buffer | undefined;
  /** Absent for a tombstone. */
  value: Buffer | undefined;
  /** The headers as text; of a repeated header, the last value. */
  headers: Readonly<Record<string, string>>;
  timestampMs: number;
}

export interface TopicPartition {
  topic: string;
  partition: number;
}

export const toReceivedMessage = (
  { topic, partition }: TopicPartition,
  message: KafkaMessage,
): ReceivedMessage => ({
  topic,
  partition,
  offset: BigInt(message.offset),
  key: message.key?.toString(),
  keyBytes: message.key ?? undefined,
  value: message.value ?? undefined,
  headers: toHeaders(message.headers ?? {}),
  timestampMs: Number(message.timestamp),
});

const toHeaders = (headers: NonNullable<KafkaMessage['headers']>): Record<string, string> => {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const last = (Array.isArray(value) ? value.at(-1) : value) as
      Buffer | string | null | undefined;
    // A header may have no value, although the types of kafkajs do not allow that.
    if (last !== undefined && last !== null) texts[name] = last.toString();
  }
  return texts;
};
