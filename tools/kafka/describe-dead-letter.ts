import { z } from 'zod';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';
import { describeMessage, describeValue, indented, placeOf } from './describe-message.ts';

const deadLetter = z.object({
  original_topic: z.string(),
  original_partition: z.number(),
  original_offset: z.union([z.number(), z.string()]),
  original_key: z.base64().nullish(),
  original_value: z.base64().nullish(),
  error_message: z.string(),
  failed_at: z.string(),
  event_type: z.string().nullish(),
  event_id: z.string().nullish(),
  order_id: z.string().nullish(),
});

/**
 * Formats a dead letter for people: what failed and why, and the original message. Anything else is shown as it is.
 */
export const describeDeadLetter = (message: ReceivedMessage): string => {
  const letter = parse(message.value);
  if (letter === undefined) return describeMessage(message);
  const { original_topic: topic, original_partition: partition } = letter;
  const key = bytesOf(letter.original_key);
  const rows = [
    ['error', letter.error_message],
    ['failed at', letter.failed_at],
    ['original', `${topic} ${partition}/${letter.original_offset}`],
    ['key', key === undefined ? '-' : describeValue(key)],
    ['order', letter.order_id ?? '-'],
    ['event', letter.event_type ?? '-'],
    ['event id', letter.event_id ?? '-'],
  ].map(([name = '', value = '']) => `  ${name.padEnd(9)}  ${value.replaceAll('\n', ' ')}`);
  const value = indented(describeValue(bytesOf(letter.original_value)), 4);
  return [placeOf(message), ...rows, '  value', value].join('\n');
};

const parse = (value: Buffer | undefined): z.output<typeof deadLetter> | undefined => {
  try {
    return deadLetter.safeParse(JSON.parse(value?.toString() ?? '')).data;
  } catch {
    return undefined;
  }
};

const bytesOf = (base64: string | null | undefined): Buffer | undefined =>
  base64 == null ? undefined : Buffer.from(base64, 'base64');
