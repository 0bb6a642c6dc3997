import { waitFor } from '../../testing/wait-for.ts';
import type { Environment } from './environment.ts';
import { firstSku } from './order-load.ts';

interface Rows {
  orders: number;
  items: number;
  changes: number;
  events: number;
  pieces: number;
}

export interface OrderBook {
  /**
   * Counts the orders since the previous call. Throws unless each has its two items, its changes and events, and its
   * stock.
   */
  countNew(): Promise<number>;
}

const count = `SELECT
  (SELECT count(*)::int FROM loms.orders WHERE status = 'awaiting payment') AS orders,
  (SELECT count(*)::int FROM loms.order_items) AS items,
  (SELECT count(*)::int FROM loms.order_changes) AS changes,
  (SELECT count(*)::int FROM loms.outbox) AS events,
  (SELECT sum(reserved)::int8 FROM loms.stocks WHERE sku >= $1)::int AS pieces`;

const active = `SELECT count(*)::int AS count FROM pg_stat_activity
  WHERE usename = 'loms' AND state <> 'idle'`;

/** Opens a reader of the tables; it must be called while nobody writes. */
export const openOrderBook = async ({ query }: Environment): Promise<OrderBook> => {
  const look = async (): Promise<Rows> => {
    const isQuiet = async () => (await query<{ count: number }>(active))[0]?.count === 0;
    await waitFor(isQuiet, { what: 'the end of all statements', timeoutMs: 10_000 });
    const [rows] = await query<Rows>(count, [firstSku]);
    if (rows === undefined) throw new Error('The statement always returns a row.');
    return rows;
  };
  let before = await look();
  return {
    countNew: async () => {
      const now = await look();
      const orders = now.orders - before.orders;
      for (const name of ['items', 'changes', 'events', 'pieces'] as const) {
        const grown = now[name] - before[name];
        if (grown !== 2 * orders) throw new Error(`${orders} orders have ${grown} ${name}`);
      }
      before = now;
      return orders;
    },
  };
};
