import type { Call } from '#platform/call.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Answer } from '#platform/idempotency/answer.ts';
import { claimKeySql, encodeClaim } from '#platform/idempotency/claim.ts';
import { encodeOutboxRows } from '#platform/outbox/event.ts';
import { insertOutboxSql } from '#platform/outbox/insert.ts';
import type { OrderEvent } from '../domain/event.ts';
import type { SaveDeps } from './save-deps.ts';

const claim = { schema: 'loms', parameter: '$9' };
const announce = { schema: 'loms', parameter: '$8' };

/*
 * Stock rows are locked in sku order, so two orders never wait for each other. Under the locks the stock
 * is looked at again; when it no longer suffices, `reservable` is empty and nothing at all is written.
 * With an idempotency key everything hangs on `claimed` instead, which is empty when the key is taken, too.
 */
const reservedSql = (go: 'reservable' | 'claimed') => `
  WITH wanted AS MATERIALIZED (
    SELECT sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
  ), locked AS MATERIALIZED (
    SELECT sku, total_count - reserved AS available
      FROM loms.stocks WHERE sku = ANY ($6::bigint[]) ORDER BY sku FOR UPDATE
  ), reservable AS MATERIALIZED (
    SELECT 1 FROM wanted LEFT JOIN locked USING (sku)
    HAVING bool_and(coalesce(available >= count, false))
  ), ${go === 'claimed' ? `claimed AS (${claimKeySql({ ...claim, onlyIf: 'reservable' })}),` : ''}
  reserved AS (
    UPDATE loms.stocks s SET reserved = s.reserved + w.count
      FROM wanted w WHERE s.sku = w.sku AND EXISTS (SELECT FROM ${go})
  ), saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $5 FROM ${go}
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM wanted WHERE EXISTS (SELECT FROM ${go})
  ), announced AS (${insertOutboxSql({ ...announce, onlyIf: go })})
  SELECT count(*)::int AS saved FROM ${go}`;

const failedSql = (claimed: string) => `
  WITH claimed AS (${claimed}), saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $5 FROM claimed
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
     WHERE EXISTS (SELECT FROM claimed)
  ), announced AS (${insertOutboxSql({ ...announce, onlyIf: 'claimed' })})
  SELECT count(*)::int AS saved FROM claimed`;

const insertReserved = {
  plain: prepareStatement<Saved>('loms_save_reserved', reservedSql('reservable')),
  keyed: prepareStatement<Saved>('loms_save_reserved_keyed', reservedSql('claimed')),
};
const insertFailed = {
  plain: prepareStatement<Saved>('loms_save_failed', failedSql('SELECT 1')),
  keyed: prepareStatement<Saved>('loms_save_failed_keyed', failedSql(claimKeySql(claim))),
};

interface Saved {
  saved: number;
}

type Save = (events: readonly OrderEvent[], call: Call, answer: Answer) => Promise<boolean>;

/**
 * Keeps a new order with its stock reserved, and the answer to the call's idempotency key; false, and
 * nothing written, when stock no longer suffices or the key is taken.
 */
export const saveReserved = (deps: SaveDeps): Save => save(deps, insertReserved);

/** Keeps a new order that failed, and the answer; touches no stock. False when the key is taken. */
export const saveFailed = (deps: SaveDeps): Save => save(deps, insertFailed);

const save =
  (deps: SaveDeps, statements: typeof insertReserved): Save =>
  async (events, call, answer) => {
    const values = toValues(deps, events, call);
    const { idempotencyKey: key } = call;
    const [row] =
      key === undefined
        ? await statements.plain(deps.pool, values)
        : await statements.keyed(deps.pool, [...values, encodeClaim(key, answer)]);
    if (row?.saved !== 1) return false;
    deps.wakePublisher();
    return true;
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
