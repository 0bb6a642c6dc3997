import { decodeEventValue } from '#platform/messaging/event-value.ts';
import { discardedBefore, eventHeader, isRedriven } from '#platform/messaging/event.ts';
import type { ReceivedMessage } from '#platform/messaging/kafka/message.ts';

/** The fields that every order event has, whatever else the contract of its topic says. */
export interface OrderEvent {
  key: string;
  source: string;
  sequence: number;
  /** Whether an operator had it sent after later ones. */
  isRedriven: boolean;
  /** Sequences before it that operators discarded. */
  discarded: readonly number[];
  type: string;
  status: string;
  /** When it occurred; undefined when the message does not say. */
  timeMs: number | undefined;
  json: Readonly<Record<string, unknown>>;
}

export type Reading = { event: OrderEvent } | { poison: string };

/**
 * Reads an order event of any topic from headers and JSON. An unreadable message is returned with the reason,
 * never thrown.
 */
export const readOrderEvent = ({ key, value, headers }: ReceivedMessage): Reading => {
  if (!key) return { poison: 'it has no key' };
  if (value === undefined) return { poison: 'it has no value' };
  const json = parseObject(value);
  return json === undefined
    ? { poison: 'its value is not a JSON object' }
    : readAttributes(key, headers, json);
};

const readAttributes = (
  key: string,
  headers: ReceivedMessage['headers'],
  json: Readonly<Record<string, unknown>>,
): Reading => {
  const source = headers[eventHeader.source] ?? json['source'];
  if (typeof source !== 'string') return { poison: 'it does not name its source' };
  const sequence = Number(headers[eventHeader.sequence] ?? json['sequence']);
  if (!Number.isSafeInteger(sequence) || sequence < 1) return { poison: 'it has no sequence' };
  const status = json['status'] ?? statusOfOrder(json['order']);
  if (typeof status !== 'string') return { poison: 'it has no status' };
  const type = headers[eventHeader.type] ?? '';
  const operated = {
    isRedriven: isRedriven(headers),
    discarded: discardedBefore(headers).map(Number),
  };
  return {
    event: { key, source, sequence, ...operated, type, status, timeMs: timeOf(headers), json },
  };
};

const parseObject = (value: Buffer): Record<string, unknown> | undefined => {
  try {
    const json: unknown = JSON.parse(decodeEventValue(value).toString());
    return isObject(json) ? json : undefined;
  } catch {
    return undefined; // the caller names it poison
  }
};

/** Some events have the order as an object of its own. */
const statusOfOrder = (order: unknown): unknown => (isObject(order) ? order['status'] : undefined);

const isObject = (json: unknown): json is Record<string, unknown> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

const timeOf = (headers: ReceivedMessage['headers']): number | undefined => {
  const timeMs = Date.parse(headers[eventHeader.time] ?? '');
  return Number.isNaN(timeMs) ? undefined : timeMs;
};
