import { sql } from 'drizzle-orm';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { OrderChange } from '../domain/order.ts';
import { orderChanges, orders, orderStatus } from './schema.ts';

/** Saves the same change of many orders, which the transaction has locked. */
export const saveAssembled =
  (tx: Transaction) =>
  async (changes: readonly OrderChange[]): Promise<void> => {
    const [first] = changes;
    if (first === undefined) return;
    const { status, updatedAt } = first.order;
    const areChanged = isAnyOf(
      orders.orderId,
      changes.map(({ order }) => order.orderId),
    );
    await tx
      .update(orders)
      .set({ status, updatedAt, sequence: sql`${orders.sequence} + 1` })
      .where(areChanged);
    const moved = tx
      .select({
        orderId: orders.orderId,
        sequence: orders.sequence,
        status: orders.status,
        previousStatus: sql`${first.previousStatus}::${orderStatus}`.as('previous_status'),
        moment: orders.updatedAt,
      })
      .from(orders)
      .where(areChanged);
    await tx.insert(orderChanges).select(moved);
  };
