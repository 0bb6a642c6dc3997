import { createHash } from 'node:crypto';
import { eventHeader, isSequence } from '../event.ts';
import type { ReceivedMessage } from '../kafka/message.ts';

// Keys and sources are part of indexes, and Postgres limits index rows to 2,704 bytes: longer ones cannot be stored.
export const maxNameLength = 200;

export const isUsableKey = (key: string | undefined): key is string =>
  key !== undefined && key.length > 0 && key.length <= maxNameLength;

export interface Attributes {
  id: string;
  source: string;
  sequence: bigint;
}

/** Reads the CloudEvents attributes of an event from its headers. */
export const readAttributes = ({
  key,
  headers,
}: ReceivedMessage): Attributes | { poison: string } => {
  if (!key) return { poison: 'it has no key' };
  if (!isUsableKey(key)) return { poison: `its key is longer than ${maxNameLength} characters` };
  const id = headers[eventHeader.id] ?? '';
  if (!uuid.test(id)) return { poison: `${eventHeader.id} is not a UUID` };
  const source = headers[eventHeader.source];
  if (!source || source.includes('\0') || source.length > maxNameLength)
    return { poison: `it has no ${eventHeader.source}` };
  const sequence = headers[eventHeader.sequence] ?? '';
  if (!isSequence(sequence)) return { poison: `${eventHeader.sequence} is not a number from 1` };
  return { id: id.toLowerCase(), source, sequence: BigInt(sequence) };
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Returns an id in the form of a UUID v7 of the message's time; it is the same at each delivery of the message. */
export const idOfPosition = ({
  topic,
  partition,
  offset,
  timestampMs,
}: ReceivedMessage): string => {
  const place = `${topic}/${partition}/${offset}/${timestampMs}`;
  const random = createHash('sha256').update(place).digest('hex');
  const time = Math.max(0, timestampMs).toString(16).padStart(12, '0').slice(-12);
  const hex = `${time}7${random.slice(0, 3)}8${random.slice(3, 18)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
