import type { OutgoingMessage } from '../kafka/producer.ts';
import { decodeEventValue } from '../event-value.ts';
import { eventHeader } from '../event.ts';
import { maxNameLength } from './attributes.ts';
import type { ParkedMessage } from './parked-rows.ts';

export interface LetterOptions {
  consumer: string;
  failedAt: Date;
  /** How much of the original the letter contains, because topics refuse letters that are too large. */
  size: LetterSize;
}

/**
 * `whole`: with the original's value, unless that is very large. `named`: without the value. `least`: only what is
 * needed to find the original, also without its key and with a short error.
 */
export type LetterSize = 'whole' | 'named' | 'least';

/** Builds a dead letter as it is published: JSON that names the message and contains its key and value as base64. */
export const toDeadLetter = (
  { read, error = '' }: ParkedMessage,
  { consumer, failedAt, size }: LetterOptions,
): OutgoingMessage => {
  const { topic, partition, offset, key = '', keyBytes, value } = read.message;
  const fields = readFields(value);
  const orderId = textOf(fields['order_id']);
  const isLeast = size === 'least';
  const letter = {
    consumer,
    original_topic: topic,
    original_partition: partition,
    original_offset: Number(offset),
    original_key: isLeast ? undefined : keyBytes?.subarray(0, maxKeyBytes).toString('base64'),
    ...valueAndError(value, { error: isLeast ? error.slice(0, leastErrorLength) : error, size }),
    failed_at: failedAt.toISOString(),
    event_type: textOf(fields['event_type']) ?? textOf(read.type),
    event_id: read.origin === undefined ? textOf(fields['event_id']) : read.id,
    order_id: orderId,
  };
  return {
    key: orderId ?? key.slice(0, maxNameLength),
    value: JSON.stringify(letter),
    headers: { [eventHeader.contentType]: 'application/json' },
  };
};

// Base64 makes a value longer by a third, and brokers accept 1 MiB by default, so a longer value is not sent at all.
const maxValueBytes = 700_000;
const leastErrorLength = 100;

const valueAndError = (
  value: Buffer | undefined,
  { error, size }: { error: string; size: LetterSize },
) =>
  value === undefined || (size === 'whole' && value.length <= maxValueBytes)
    ? { original_value: value?.toString('base64'), error_message: error }
    : { error_message: `${error} (its ${value.length} bytes are too many for a dead letter)` };

const readFields = (value: Buffer | undefined): Record<string, unknown> => {
  try {
    const json: unknown = JSON.parse(decodeEventValue(value ?? Buffer.from('{}')).toString());
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : {};
  } catch {
    return {}; // The value cannot be parsed, which may be why it was given up.
  }
};

// The letter contains the first bytes of a very long key, which suffice to recognise it.
const maxKeyBytes = 10_000;

const textOf = (field: unknown): string | undefined => {
  const text = typeof field === 'string' || typeof field === 'number' ? String(field) : '';
  return text !== '' && text.length <= maxNameLength ? text : undefined;
};
