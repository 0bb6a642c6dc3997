import type { Call } from '#platform/serving/call.ts';
import { insertRowsSql } from '#platform/database/insert-rows.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement, type Statement } from '#platform/database/statement.ts';
import type { Answer } from '#platform/serving/idempotency/answer.ts';
import { batched } from '#platform/base/batched.ts';
import { claimKeySql, encodeClaim } from '#platform/serving/idempotency/claim.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { OrderEvent } from '../domain/order.ts';
import { orderStatusChanged } from '../events/order-status-changed.ts';
import { changedStocksSql, readChangedStocks, type NoteStocks } from './cached-stocks.ts';
import { encodeChanges } from './order-changes.ts';
import { paymentTimer } from './payment-timer.ts';

const schema = 'loms';

/** What is needed to save changes of an order together with their events. */
export interface SaveDeps {
  pool: Queryable;
  /** Called after each commit that wrote events to the outbox. */
  wakePublisher: () => void;
  /** Called after each commit with the stocks that it has changed. Default: nobody is told. */
  noteStocks?: NoteStocks | undefined;
  /** How long a new order may wait for its payment; undefined means for ever. */
  paymentTimeoutMs?: number | undefined;
}

/** Saves a new order and the answer to the call's idempotency key; false when nothing could be written. */
export type Save = (events: readonly OrderEvent[], call: Call, answer: Answer) => Promise<boolean>;

/*
 * Saves orders, all or none. Stock rows are locked in sku order, so that two statements cannot deadlock. Under
 * the locks the stock is checked again. Everything is written only if the gate has a row: `reservable`, which is
 * empty when the stock no longer suffices for all; with an idempotency key `claimed`, which is also empty when
 * the key already has an answer.
 *
 *   $1 to $5    of each order: id, user, status, sequence, moment
 *   $6 to $8    of each item: order id, sku, count
 *   $9, $10     outbox rows, order changes (JSON)
 *   next        payment timers (JSON), only if new orders have a payment timeout
 *   next        the idempotency key with its answer (JSON), only if there is a key
 */
const reservedSql = ({ isKeyed, isTimed }: { isKeyed: boolean; isTimed: boolean }) => {
  const gate = isKeyed ? 'claimed' : 'reservable';
  const timer = { schema, parameter: '$11', onlyIf: gate };
  const claim = { schema, parameter: isTimed ? '$12' : '$11', onlyIf: 'reservable' };
  return `
  WITH wanted AS MATERIALIZED (
    SELECT order_id, sku, count
      FROM unnest($6::bigint[], $7::bigint[], $8::bigint[]) AS w(order_id, sku, count)
  ), needed AS MATERIALIZED (
    SELECT sku, sum(count)::bigint AS count FROM wanted GROUP BY sku
  ), locked AS MATERIALIZED (
    SELECT sku, total_count - reserved AS available
      FROM loms.stocks WHERE sku = ANY ($7::bigint[]) ORDER BY sku FOR UPDATE
  ), reservable AS MATERIALIZED (
    SELECT 1 FROM needed LEFT JOIN locked USING (sku)
    HAVING bool_and(coalesce(available >= count, false))
  ), ${isKeyed ? `claimed AS (${claimKeySql(claim)}),` : ''}
  ${isTimed ? `new_timers AS (${scheduleTimerSql(timer)}),` : ''}
  reserved AS (
    UPDATE loms.stocks s SET reserved = s.reserved + n.count, version = s.version + 1
      FROM needed n WHERE s.sku = n.sku AND EXISTS (SELECT FROM ${gate})
    RETURNING s.sku, s.total_count, s.reserved, s.version
  ), saved_orders AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT order_id, user_id, status, sequence, moment, moment
      FROM unnest($1::bigint[], $2::bigint[], $3::loms.order_status[], $4::bigint[], $5::timestamptz[])
        AS o(order_id, user_id, status, sequence, moment)
     WHERE EXISTS (SELECT FROM ${gate})
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT order_id, sku, count FROM wanted WHERE EXISTS (SELECT FROM ${gate})
  ), saved_changes AS (${insertRowsSql({ table: 'loms.order_changes', parameter: '$10', onlyIf: gate })}
  ), saved_events AS (${insertOutboxSql({ schema, parameter: '$9', onlyIf: gate })})
  SELECT count(*)::int AS saved, ${changedStocksSql('reserved')} AS stocks FROM ${gate}`;
};

interface NewOrder {
  events: readonly OrderEvent[];
  call: Call;
}

// bounds the size of one statement: an order may have a thousand items
const maxBatchSize = 32;

/**
 * Saves a new order with its stock reserved, the answer to the call's idempotency key, and the timer of its
 * payment; false, and nothing written, when stock no longer suffices or the key already has an answer. Orders without a
 * key that come at once share a statement, which saves all or none; if none, each is saved by one of its own.
 */
export const saveReserved = (deps: SaveDeps): Save => {
  const isTimed = deps.paymentTimeoutMs !== undefined;
  const prepare = (isKeyed: boolean) =>
    prepareStatement<SavedRow>(
      `loms_save_reserved${isTimed ? '_timed' : ''}${isKeyed ? '_keyed' : ''}`,
      reservedSql({ isKeyed, isTimed }),
    );
  const [plain, keyed] = [prepare(false), prepare(true)];
  const saveTogether = batched(async (orders: readonly NewOrder[]) => {
    const isSaved = await run(plain, deps, toValues(deps, orders));
    if (isSaved || orders.length === 1) return orders.map(() => isSaved);
    return Promise.all(orders.map((order) => run(plain, deps, toValues(deps, [order]))));
  }, maxBatchSize);
  return (events, call, answer) => {
    const { idempotencyKey: key } = call;
    if (key === undefined) return saveTogether({ events, call });
    const values = toValues(deps, [{ events, call }]);
    return run(keyed, deps, [...values, encodeClaim(key, answer)]);
  };
};

/** How many rows the gate had, and the stocks that were changed. */
export interface SavedRow {
  saved: number;
  stocks: string | null;
}

const run = async (
  statement: Statement<SavedRow>,
  { pool, wakePublisher, noteStocks }: SaveDeps,
  values: readonly unknown[],
): Promise<boolean> => {
  const [row] = await statement(pool, values);
  if (row?.saved !== 1) return false;
  wakePublisher();
  await noteStocks?.(readChangedStocks(row.stocks));
  return true;
};

const toValues = (deps: SaveDeps, orders: readonly NewOrder[]): unknown[] => {
  const last = orders.map(({ events }) => lastOf(events));
  const items = last.flatMap(({ change: { order } }) =>
    order.items.map((item) => ({ ...item, orderId: order.orderId })),
  );
  const rows = orders.flatMap(({ events, call }) =>
    events.map((event) => orderStatusChanged(event, call.headers)),
  );
  return [
    last.map(({ change }) => change.order.orderId),
    last.map(({ change }) => change.order.userId),
    last.map(({ change }) => change.order.status),
    last.map(({ change }) => change.order.sequence),
    last.map(({ moment }) => moment),
    items.map(({ orderId }) => orderId),
    items.map(({ sku }) => sku),
    items.map(({ count }) => count),
    encodeOutboxRows(rows),
    encodeChanges(orders.flatMap(({ events }) => events)),
    ...encodePaymentTimers(deps, orders),
  ];
};

const lastOf = (events: readonly OrderEvent[]): OrderEvent => {
  const last = events.at(-1);
  if (last) return last;
  throw new Error('A new order has at least one event.');
};

const encodePaymentTimers = (
  { paymentTimeoutMs: dueInMs }: SaveDeps,
  orders: readonly NewOrder[],
): string[] => {
  if (dueInMs === undefined) return [];
  const timers = orders.map(({ events, call }) => ({
    kind: paymentTimer,
    dueInMs,
    payload: call.headers,
    key: lastOf(events).change.order.orderId.toString(),
  }));
  return [encodeTimers(timers)];
};
