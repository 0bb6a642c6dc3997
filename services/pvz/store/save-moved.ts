import { sql } from 'drizzle-orm';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import { changeOf, eventsOf, type SaveDeps } from './events-of.ts';
import { orderChanges, orders } from './schema.ts';

export interface Moved {
  /** As they are before the change. */
  orders: readonly Order[];
  status: OrderStatus;
  now: Date;
}

/** Gives orders, which the transaction has locked, a new status, and saves histories and events. */
export const saveMoved =
  (deps: SaveDeps) =>
  async (tx: Transaction, moved: Moved, call: Call): Promise<void> => {
    const { status, now: changedAt } = moved;
    const orderIds = moved.orders.map(({ orderId }) => orderId);
    await tx
      .update(orders)
      .set({ status, changedAt, sequence: sql`${orders.sequence} + 1` })
      .where(isAnyOf(orders.orderId, orderIds));
    const changes = moved.orders.map((order) =>
      changeOf({ ...order, status, changedAt, sequence: order.sequence + 1n }),
    );
    await tx.insert(orderChanges).values(changes);
    await appendToOutbox(tx, 'pvz', eventsOf(changes, call, deps));
  };
