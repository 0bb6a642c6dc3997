import type { DescMessage, JsonValue, Message } from '@bufbuild/protobuf';
import type { Validator } from '@bufbuild/protovalidate';
import { storableText } from '../../database/storable-text.ts';
import type { Span } from '../../base/tracing/span.ts';
import { decodeEventValue } from '../event-value.ts';
import { discardedBefore, eventHeader, isRedriven } from '../event.ts';
import type { ReceivedMessage } from '../kafka/message.ts';
import { decodeJson } from '../../proto/json/decode.ts';
import { createRequestCheck } from '../../proto/validation/request-check.ts';
import { idOfPosition, isUsableKey, readAttributes } from './attributes.ts';

/** A message with everything that could be read from it. */
export interface ReadMessage {
  message: ReceivedMessage;
  /** The id of the event; if the message has no valid one, an id made from its partition and offset. */
  id: string;
  /** The key by which it waits: that of the message or, if that is not usable, its partition and offset. */
  key: string;
  /** The service that emitted the event, and its sequence; undefined if the message does not state them. */
  origin: { source: string; sequence: bigint } | undefined;
  type: string | undefined;
  /** Whether an operator had it sent after later events of its key, so that it may be late. */
  isRedriven: boolean;
  /** The sequences of its key before it that operators discarded. */
  discarded: readonly bigint[];
  content: { event: Message } | { poison: string };
  /** The span of its handling, while it is handled. */
  span?: Span | undefined;
}

export type ReadMessageOf = (message: ReceivedMessage) => ReadMessage;

/**
 * Creates the reader for events of one type: it reads the attributes from the headers and the event from the JSON,
 * with or without a schema id before it. It ignores unknown fields. It never throws: a message that cannot be read
 * or is not valid is returned as poison, with the reason.
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
