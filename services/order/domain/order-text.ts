import type { Order } from './order.ts';

/** An order as text, to be saved as the answer to an idempotency key. */
export const encodeOrder = (order: Order): string =>
  JSON.stringify(order, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  totalMinor: BigInt,
  sequence: BigInt,
  eventCount: BigInt,
  createdAt: (text) => new Date(text),
  updatedAt: (text) => new Date(text),
};

/** Decodes the text that `encodeOrder` made. */
export const decodeOrder = (text: string): Order =>
  JSON.parse(text, (name, value: unknown) => {
    const read = readers[name];
    return read !== undefined && typeof value === 'string' ? read(value) : value;
  }) as Order;
