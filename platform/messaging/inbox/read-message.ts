import type { DescMessage, JsonValue, Message } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import { storableText } from '../../database/storable-text.ts';
import { decodeEventValue } from '../event-value.ts';
import { discardedBefore, eventHeader, isRedriven } from '../event.ts';
import type { ReceivedMessage } from '../kafka/message.ts';
import { decodeJson } from '../../proto/json/decode.ts';
import { createRequestCheck } from '../../proto/validation/request-check.ts';
import { idOfPosition, isUsableKey, readAttributes } from './attributes.ts';

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
  /** Sequences of its key that operators gave up before it. */
  discarded: readonly bigint[];
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
      key: storableText(isUsableKey(key) ? key : `${message.partition}/${message.offset}`),
      type: storable(headers[eventHeader.type]),
      isRedriven: isRedriven(headers),
      discarded: discardedBefore(headers),
    };
    if ('poison' in attributes)
      return { ...common, id: idOfPosition(message), origin: undefined, content: attributes };
    const { id, ...origin } = attributes;
    const content = value === undefined ? { poison: 'it has no value' } : readEvent(value);
    return { ...common, id, origin, content };
  };
};

const storable = (text: string | undefined): string | undefined =>
  text === undefined ? undefined : storableText(text);
