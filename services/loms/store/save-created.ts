import type { Call } from '#platform/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeOutboxRows } from '#platform/outbox/event.ts';
import { insertOutboxSql } from '#platform/outbox/insert.ts';
import type { OrderEvent } from '../domain/event.ts';
import type { SaveDeps } from './save-deps.ts';

/*
 * Stock rows are locked in sku order, so two orders never wait for each other. Under the locks the stock
 * is looked at again; when it no longer suffices, `reservable` is empty and nothing at all is written.
 */
const insertReserved = prepareStatement<{ saved: number }>(
  'loms_save_reserved',
  `WITH wanted AS MATERIALIZED (
    SELECT sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
  ), locked AS MATERIALIZED (
    SELECT sku, total_count - reserved AS available
      FROM loms.stocks WHERE sku = ANY ($6::bigint[]) ORDER BY sku FOR UPDATE
  ), reservable AS MATERIALIZED (
    SELECT 1 FROM wanted LEFT JOIN locked USING (sku)
    HAVING bool_and(coalesce(available >= count, false))
  ), reserved AS (
    UPDATE loms.stocks s SET reserved = s.reserved + w.count
      FROM wanted w WHERE s.sku = w.sku AND EXISTS (SELECT FROM reservable)
  ), saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $5 FROM reservable
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM wanted WHERE EXISTS (SELECT FROM reservable)
  ), announced AS (${insertOutboxSql({ schema: 'loms', parameter: '$8', onlyIf: 'reservable' })})
  SELECT count(*)::int AS saved FROM reservable`,
);

const insertFailed = prepareStatement(
  'loms_save_failed',
  `WITH saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $5)
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
  ) ${insertOutboxSql({ schema: 'loms', parameter: '$8' })}`,
);

/** Keeps a new order with its stock reserved; false, and nothing written, when stock no longer suffices. */
export const saveReserved =
  (deps: SaveDeps) =>
  async (events: readonly OrderEvent[], call: Call): Promise<boolean> => {
    const [row] = await insertReserved(deps.pool, toValues(deps, events, call));
    if (row?.saved !== 1) return false;
    deps.wakePublisher();
    return true;
  };

/** Keeps a new order that failed; touches no stock. */
export const saveFailed =
  (deps: SaveDeps) =>
  async (events: readonly OrderEvent[], call: Call): Promise<void> => {
    await insertFailed(deps.pool, toValues(deps, events, call));
    deps.wakePublisher();
  };

const toValues = (deps: SaveDeps, events: readonly OrderEvent[], call: Call): unknown[] => {
  const last = events.at(-1);
  if (!last) throw new Error('A new order has at least one event.');
  const { order } = last.change;
  return [
    order.orderId,
    order.userId,
    order.status,
    order.sequence,
    last.moment,
    order.items.map(({ sku }) => sku),
    order.items.map(({ count }) => count),
    encodeOutboxRows(events.map((event) => deps.toOutboxEvent(event, call.headers))),
  ];
};
