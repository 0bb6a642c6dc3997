import { commitInDoubt, doubtIn } from '#platform/database/errors.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Order } from '../domain/order.ts';
import { changeOf, eventsOf, type SaveDeps } from './events-of.ts';

/*
 * One statement instead of a transaction of three, because files are imported with it (docs/decisions/0041). An order
 * whose id is there already is left out, with its history and event: `inserted` waits for another call that saves the
 * same id, and the orders come in the order of their ids, so that two calls cannot deadlock.
 */
const insertOrders = prepareStatement<{ order_id: bigint }>(
  'pvz_insert_accepted',
  `WITH inserted AS (
    INSERT INTO pvz.orders
      (order_id, user_id, status, expires_at, packaging, weight, price_minor, accepted_at, changed_at, sequence)
    SELECT order_id, user_id, 'accepted', expires_at, packaging, weight, price_minor, $2, $2, 1
      FROM jsonb_to_recordset($1::jsonb) AS brought(
        order_id bigint, user_id bigint, expires_at timestamptz, packaging pvz.packaging, weight float8,
        price_minor bigint)
     ORDER BY order_id
    ON CONFLICT DO NOTHING
    RETURNING order_id, order_id::text AS key, user_id, status, changed_at, sequence
  ), history AS (
    INSERT INTO pvz.order_changes (order_id, sequence, user_id, status, changed_at)
    SELECT order_id, sequence, user_id, status, changed_at FROM inserted
  ), events AS (${insertOutboxSql({ schema: 'pvz', parameter: '$3', onlyKeysOf: 'inserted' })})
  SELECT order_id FROM inserted`,
);

export interface AcceptedOrder {
  order: Order;
  /** The call that has brought it; its headers go with the event. */
  call: Call;
}

/**
 * Saves the accepted orders whose ids were never seen, with their histories and events; returns the ids of those
 * saved. The orders have different ids, and were accepted at the same time. When the answer is lost, it throws that the
 * outcome is unknown.
 */
export const insertAccepted =
  (pool: Queryable, deps: SaveDeps) =>
  async (accepted: readonly AcceptedOrder[]): Promise<Set<bigint>> => {
    const orders = accepted.map(({ order }) => order);
    const events = accepted.flatMap(({ order, call }) => eventsOf([changeOf(order)], call, deps));
    const values = [encodeOrders(orders), orders[0]?.acceptedAt, encodeOutboxRows(events)];
    const rows = await insertOrders(pool, values).catch((error: unknown) => {
      throw doubtIn(error) === 'none' ? error : commitInDoubt(error);
    });
    return new Set(rows.map(({ order_id }) => order_id));
  };

const encodeOrders = (orders: readonly Order[]): string => `[${orders.map(encodeOrder).join(',')}]`;

const encodeOrder = (order: Order): string =>
  `{"order_id":${order.orderId},"user_id":${order.userId},"expires_at":"${order.expiresAt.toISOString()}",` +
  `"packaging":"${order.packaging}","weight":${order.weight},"price_minor":${order.priceMinor}}`;
