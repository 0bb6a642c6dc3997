import { sleep } from '#platform/sleep.ts';

/** What loms has answered with success: the last status it told of each order. */
export type Accepted = Map<number, 'awaiting payment' | 'payed' | 'cancelled'>;

export interface LoadReport {
  seconds: number;
  created: number;
  /** Calls without an answer of success: expected while something is away. */
  errors: number;
}

export interface LoadOptions {
  url: string;
  writers: number;
  /** Of all writers together. */
  ordersPerSecond: number;
  accepted: Accepted;
}

// so that a writer keeps its rate although answers take their time
const inFlightPerWriter = 24;
const callLimitMs = 6_000;
// a writer that was held up does not make up for all of it at once
const mostBehindMs = 500;

/** Orders at a steady rate until it is stopped: every second is payed, every fourth cancelled. */
export const startLoad = (options: LoadOptions): { stop: () => Promise<LoadReport> } => {
  const startedMs = performance.now();
  const stopping = new AbortController();
  const report = { created: 0, errors: 0 };
  const pauseMs = (1_000 * options.writers) / options.ordersPerSecond;
  const write = async (writer: number) => {
    const inFlight = new Set<Promise<void>>();
    let dueMs = performance.now() + (pauseMs * writer) / options.writers;
    for (let turn = writer; !stopping.signal.aborted; turn += 1) {
      await sleep(Math.max(0, dueMs - performance.now()), stopping.signal);
      dueMs = Math.max(dueMs + pauseMs, performance.now() - mostBehindMs);
      while (inFlight.size >= inFlightPerWriter) await Promise.race(inFlight);
      const order: Promise<void> = placeOne(options, turn, report).finally(() =>
        inFlight.delete(order),
      );
      inFlight.add(order);
    }
    await Promise.all(inFlight);
  };
  const writers = Array.from({ length: options.writers }, (_, writer) => write(writer));
  return {
    stop: async () => {
      stopping.abort();
      const seconds = (performance.now() - startedMs) / 1_000;
      await Promise.all(writers);
      return { ...report, seconds };
    },
  };
};

const placeOne = async (
  { url, accepted }: LoadOptions,
  turn: number,
  report: { created: number; errors: number },
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
