import type { BenchCase } from '../bench.ts';
import type { Environment } from '../environment.ts';
import { fillOutbox } from '../fill.ts';
import { atLeast, atMost, plain } from '../figures.ts';
import { backlogRows } from './drain.ts';

const blockedOrders = 10_000;
const firstBlocked = 2_000_000;

/** Orders that wait behind a failed event and get new ones, beside a backlog of orders that do not wait. */
export const blockedCase: BenchCase = {
  name: 'blocked',
  about: 'a backlog beside 10,000 blocked orders',
  run: async ({ drain, environment, scaled, usualRate }) => {
    const usual = await usualRate();
    const rows = scaled(backlogRows);
    const orders = scaled(blockedOrders);
    const { eventsPerSecond } = await drain({
      rows,
      fill: (topic) => fillWithBlocked(environment, { topic, rows, orders }),
      keys: new Set(Array.from({ length: 1_000 }, (_, i) => String(1_000_000 + i))),
    });
    const [sent] = await environment.query<{ count: number }>(
      `SELECT count(*)::integer FROM loms.outbox
        WHERE key::bigint >= ${firstBlocked} AND sent_at IS NOT NULL`,
    );
    return [
      plain('10,000 blocked orders: events/s', eventsPerSecond),
      atLeast(plain('10,000 blocked orders: ratio', eventsPerSecond / usual, 2), 0.8),
      atMost(plain('10,000 blocked orders: events of theirs sent', sent?.count ?? NaN), 0),
    ];
  },
};

interface BlockedFill {
  topic: string;
  rows: number;
  orders: number;
}

/** Gives each blocked order a FAILED event, one that waits behind it, and one that the publisher meets halfway. */
const fillWithBlocked = async (environment: Environment, { topic, rows, orders }: BlockedFill) => {
  const half = Math.ceil(rows / 2);
  const blocked = { topic, rows: orders, keys: orders, firstKey: firstBlocked };
  await fillOutbox(environment, { ...blocked, state: 'failed' });
  await fillOutbox(environment, { ...blocked, after: orders, state: 'waiting' });
  await fillOutbox(environment, { topic, rows: half });
  await fillOutbox(environment, { ...blocked, after: 2 * orders });
  await fillOutbox(environment, { topic, rows: rows - half, after: half });
};
