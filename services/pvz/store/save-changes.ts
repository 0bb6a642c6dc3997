import { sql } from 'drizzle-orm';
import { isAnyOf } from '#platform/database/columns.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import type { Call } from '#platform/serving/call.ts';
import { actorOf, type OrderChange } from '../domain/change.ts';
import type { Order, OrderStatus } from '../domain/order.ts';
import { orderEvent } from '../events/order-event.ts';
import { orderChanges, orders } from './schema.ts';

export interface SaveDeps {
  /** Returns a new UUID v7. */
  newId: () => string;
  /** Returns a random positive number. */
  newCourierId: () => bigint;
}

/**
 * Inserts the orders whose ids were never seen, with their histories and events, in the caller's transaction; returns
 * the ids of those inserted. The orders have different ids, in ascending order: two transactions cannot deadlock.
 */
export const insertAccepted =
  ({ newId, newCourierId }: SaveDeps) =>
  async (tx: Transaction, accepted: readonly Order[], call: Call): Promise<Set<bigint>> => {
    const inserted = await tx
      .insert(orders)
      .values([...accepted])
      .onConflictDoNothing()
      .returning({ orderId: orders.orderId });
    const ids = new Set(inserted.map(({ orderId }) => orderId));
    const changes = accepted.filter(({ orderId }) => ids.has(orderId)).map(changeOf);
    if (changes.length > 0) await saveHistory(tx, changes, { newId, newCourierId, call });
    return ids;
  };

/**
 * Gives orders, which the transaction has locked, a new status, and saves histories and events.
 */
export const saveMoved =
  ({ newId, newCourierId }: SaveDeps) =>
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
    await saveHistory(tx, changes, { newId, newCourierId, call });
  };

export interface Moved {
  /** As they are before the change. */
  orders: readonly Order[];
  status: OrderStatus;
  now: Date;
}

const changeOf = ({ orderId, userId, status, changedAt, sequence }: Order): OrderChange => ({
  ...{ orderId, userId, status, changedAt, sequence },
});

const saveHistory = async (
  tx: Transaction,
  changes: readonly OrderChange[],
  { newId, newCourierId, call }: SaveDeps & { call: Call },
): Promise<void> => {
  const events = changes.map((change) =>
    orderEvent({ eventId: newId(), change, actor: actorOf(change, newCourierId) }, call.headers),
  );
  await tx.insert(orderChanges).values([...changes]);
  await appendToOutbox(tx, 'pvz', events);
};
