import { startPace } from '../pace.ts';
import type { LoadReport, RunningLoad } from '../system.ts';

/** The orders for which loms answered with success, each with the last status that loms reported. */
export type Accepted = Map<number, 'awaiting payment' | 'payed' | 'cancelled'>;

export interface LoadOptions {
  url: string;
  ordersPerSecond: number;
  accepted: Accepted;
}

const writers = 4;
const callLimitMs = 6_000;

/** Creates orders at a steady rate until it is stopped; pays every second one and cancels every fourth. */
export const startLoad = (options: LoadOptions): RunningLoad => {
  const report = { created: 0, errors: 0 };
  const place = (turn: number) => placeOne(options, turn, report);
  const pace = startPace({ writers, perSecond: options.ordersPerSecond, place });
  return { stop: async () => ({ seconds: await pace.stop(), ...report }) };
};

const placeOne = async (
  { url, accepted }: LoadOptions,
  turn: number,
  report: Pick<LoadReport, 'created' | 'errors'>,
): Promise<void> => {
  try {
    const orderId = await createOrder(url, turn);
    accepted.set(orderId, 'awaiting payment');
    report.created += 1;
    if (turn % 2 === 0) {
      await post(`${url}/order/pay`, { order_id: orderId });
      accepted.set(orderId, 'payed');
    } else if (turn % 4 === 1) {
      await post(`${url}/order/cancel`, { order_id: orderId });
      accepted.set(orderId, 'cancelled');
    }
  } catch {
    // The error is counted; a later check compares the order with the database.
    report.errors += 1;
  }
};

/** The number of goods to choose from. Orders for the same good wait for each other. */
export const goods = 64;

export const createOrder = async (url: string, turn: number): Promise<number> => {
  const items = [{ sku: 1 + (turn % goods), count: 1 }];
  const answer = await post(`${url}/order/create`, { user_id: 1 + turn, items });
  return (answer as { order_id: number }).order_id;
};

const post = async (url: string, body: unknown): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(callLimitMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as unknown;
};
