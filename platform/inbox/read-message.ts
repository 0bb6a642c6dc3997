import { createHash } from 'node:crypto';
import type { DescMessage, JsonValue, Message } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import { storableText } from '../database/storable-text.ts';
import { decodeEventValue } from '../event-value.ts';
import { eventHeader } from '../event.ts';
import type { ReceivedMessage } from '../kafka/message.ts';
import { decodeJson } from '../proto-json/decode.ts';
import { createRequestCheck } from '../rpc/validation.ts';

/** A message as far as it could be read. */
export interface ReadMessage {
  message: ReceivedMessage;
  /** Of the event; of a message that does not tell one, an id made from its place. */
  id: string;
  /** By which it queues: the message's key, or its place when it has no usable one. */
  key: string;
  /** Who emitted it and as which of its key; undefined when it does not say so. */
  origin: { source: string; sequence: bigint } | undefined;
  type: string | undefined;
  /** Published again by an operator after later ones of its key: it may be late. */
  isRedriven: boolean;
  content: { event: Message } | { poison: string };
}

export type ReadMessageOf = (message: ReceivedMessage) => ReadMessage;

/**
 * Reads events of one type: attributes from the headers, the event from the JSON, with or without a schema id
 * before it. Unknown fields are ignored; what breaks the message's rules is poison, told and never thrown.
 */
export const createMessageReader = (schema: DescMessage, validator: Validator): ReadMessageOf => {
  const check = createRequestCheck(validator, schema);
  const readEvent = (value: Buffer): ReadMessage['content'] => {
    try {
      const json = JSON.parse(decodeEventValue(value).toString()) as JsonValue;
      const event = decodeJson(schema, json, { unknownFields: 'ignore' });
      check(event);
      return { event };
    } catch (error) {
      return { poison: Error.isError(error) ? error.message : String(error) };
    }
  };
  return (message) => {
    const { headers, key, value } = message;
    const attributes = readAttributes(message);
    const common = {
      message,
      key: storableText(isUsable(key) ? key : `${message.partition}/${message.offset}`),
      type: storable(headers[eventHeader.type]),
      isRedriven: headers['redriven'] === 'true',
    };
    if ('poison' in attributes)
      return { ...common, id: idOfPlace(message), origin: undefined, content: attributes };
    const { id, ...origin } = attributes;
    const content = value === undefined ? { poison: 'it has no value' } : readEvent(value);
    return { ...common, id, origin, content };
  };
};

const storable = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : storableText(text);

// They stand in indexes, whose rows Postgres limits to 2,704 bytes: longer ones could never be written down.
const maxNameLength = 200;

const isUsable = (key: string | undefined): key is string =>
  key !== undefined && key.length > 0 && key.length <= maxNameLength;

type Attributes = { id: string; source: string; sequence: bigint };

const readAttributes = ({ key, headers }: ReceivedMessage): Attributes | { poison: string } => {
  if (!key) return { poison: 'it has no key' };
  if (!isUsable(key)) return { poison: `its key is longer than ${maxNameLength} characters` };
  const id = headers[eventHeader.id] ?? '';
  if (!uuid.test(id)) return { poison: `${eventHeader.id} is not a UUID` };
  const source = headers[eventHeader.source];
  if (!source || source.includes('\0') || source.length > maxNameLength)
    return { poison: `it has no ${eventHeader.source}` };
  const sequence = headers[eventHeader.sequence] ?? '';
  if (!positive.test(sequence)) return { poison: `${eventHeader.sequence} is not a number from 1` };
  return { id: id.toLowerCase(), source, sequence: BigInt(sequence) };
};

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// eighteen digits fit into 64 bits
const positive = /^[1-9]\d{0,17}$/;

/** The same for the same message whenever it comes, in the form of a UUID v7 of its time. */
const idOfPlace = ({ topic, partition, offset, timestampMs }: ReceivedMessage): string => {
  const place = `${topic}/${partition}/${offset}/${timestampMs}`;
  const random = createHash('sha256').update(place).digest('hex');
  const time = Math.max(0, timestampMs).toString(16).padStart(12, '0').slice(-12);
  const hex = `${time}7${random.slice(0, 3)}8${random.slice(3, 18)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};
