import { startPace } from '../pace.ts';
import type { LoadReport, RunningLoad } from '../system.ts';

/** What loms has answered with success: the last status it told of each order. */
export type Accepted = Map<number, 'awaiting payment' | 'payed' | 'cancelled'>;

export interface LoadOptions {
  url: string;
  ordersPerSecond: number;
  accepted: Accepted;
}

const writers = 4;
const callLimitMs = 6_000;

/** Orders at a steady rate until it is stopped: every second is payed, every fourth cancelled. */
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
    // counted; what became of it is held against the database later
    report.errors += 1;
  }
};

/** How many goods there are to choose from: orders for one good wait for each other. */
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
