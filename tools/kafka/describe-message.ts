import { eventHeader } from '#platform/messaging/event.ts';
import { decodeEventValue } from '#platform/messaging/event-value.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';

/** The headers that say why a message was sent, where there are any. */
const told = ['redriven', 'replayed', 'correlation-id', 'causation-id', 'traceparent'];

/** Formats a message for people: its place, its headers and its value. */
export const describeMessage = (message: ReceivedMessage): string => {
  const { headers } = message;
  const event = [
    headers[eventHeader.type],
    label('sequence', headers[eventHeader.sequence]),
    label('from', headers[eventHeader.source]),
    label('id', headers[eventHeader.id]),
    ...told.map((name) => label(name, headers[name])),
  ].filter((part) => part !== undefined);
  const lines = [placeOf(message), ...(event.length > 0 ? [`  ${event.join(' · ')}`] : [])];
  return [...lines, indented(describeValue(message.value), 2)].join('\n');
};

/** Topic, partition, offset, key, and the time at which the broker appended the message. */
export const placeOf = (message: ReceivedMessage): string => {
  const { topic, partition, offset, key, timestampMs } = message;
  const moment = new Date(timestampMs);
  // a foreign producer may send any number as the timestamp
  const when = Number.isNaN(moment.getTime()) ? `time ${timestampMs}` : moment.toISOString();
  const whose = key === undefined ? 'no key' : `key ${describeText(key)}`;
  return `${topic} ${partition}/${offset} · ${whose} · ${when}`;
};

/** JSON on several lines, with or without a schema id in front of it; else text; else bytes. */
export const describeValue = (value: Buffer | undefined): string => {
  if (value === undefined) return '(no value)';
  const text = textOf(decodeEventValue(value));
  if (text === undefined) return `${value.length} bytes: ${value.toString('base64')}`;
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
};

export const indented = (text: string, by: number): string =>
  text.replaceAll(/^/gm, ' '.repeat(by));

/** The bytes as text; undefined when they contain characters that could disturb a terminal. */
const textOf = (bytes: Buffer): string | undefined => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return /[^\P{Cc}\t\r\n]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
};

const label = (name: string, value: string | undefined): string | undefined =>
  value === undefined ? undefined : `${name} ${describeText(value)}`;

const longest = 300;

/** Formats text on one line, without characters that could disturb a terminal, and cut to a readable length. */
const describeText = (text: string): string => {
  const line = text.slice(0, longest).replaceAll(/\p{Cc}/gu, '\u{fffd}');
  return text.length > longest ? `${line}… (${text.length} characters)` : line;
};
