import { setTimeout as sleep } from 'node:timers/promises';

export interface WritersOptions {
  /** The HTTP URL of loms. */
  url: string;
  writers: number;
  /** The rate of all writers together. */
  ordersPerSecond: number;
  signal: AbortSignal;
}

export interface WritersReport {
  created: number;
  payed: number;
  cancelled: number;
  /** The number of calls that failed; failures are expected while loms or its database is down. */
  errors: number;
}

// Skus with plenty of stock in the seed; an order takes one piece.
const skus = [139275865, 1625903];

/** Creates orders at a steady rate until the signal aborts; pays every second one and cancels every fourth. */
export const runWriters = async (options: WritersOptions): Promise<WritersReport> => {
  const report = { created: 0, payed: 0, cancelled: 0, errors: 0 };
  const pauseMs = (1_000 * options.writers) / options.ordersPerSecond;
  const write = async (writer: number) => {
    for (let i = 0; !options.signal.aborted; i += 1) {
      const startedMs = performance.now();
      await writeOne(options.url, writer + i, report);
      await sleep(Math.max(0, pauseMs - (performance.now() - startedMs)));
    }
  };
  await Promise.all(Array.from({ length: options.writers }, (_, writer) => write(writer)));
  return report;
};

const writeOne = async (url: string, turn: number, report: WritersReport): Promise<void> => {
  try {
    const items = [{ sku: skus[turn % skus.length], count: 1 }];
    const created = await post(`${url}/order/create`, { user_id: 1 + turn, items });
    report.created += 1;
    const order = { order_id: (created as { order_id: number }).order_id };
    if (turn % 2 === 0) {
      await post(`${url}/order/pay`, order);
      report.payed += 1;
    } else if (turn % 4 === 1) {
      await post(`${url}/order/cancel`, order);
      report.cancelled += 1;
    }
  } catch {
    report.errors += 1;
  }
};

const post = async (url: string, body: unknown): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return response.json();
};
