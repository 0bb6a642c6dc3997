import { and, eq, isNull } from 'drizzle-orm';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { orders } from './schema.ts';

/** Saves that an order, which the transaction has locked, counts as stuck until its saga ends; once. */
export const saveStuck =
  (tx: Transaction) =>
  async (orderId: string, stuckSince: Date): Promise<void> => {
    await tx
      .update(orders)
      .set({ stuckSince })
      .where(and(eq(orders.orderId, orderId), isNull(orders.stuckSince)));
  };

const selectCount = prepareStatement<{ count: bigint }>(
  'booking_count_stuck',
  'SELECT count(*) FROM booking.orders WHERE stuck_since IS NOT NULL',
);

/** Counts the orders that are stuck. */
export const countStuck = async (pool: Queryable): Promise<number> => {
  const [row] = await selectCount(pool, []);
  return Number(row?.count ?? 0n);
};
