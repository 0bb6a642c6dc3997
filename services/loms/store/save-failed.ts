import { insertRowsSql } from '#platform/database/insert-rows.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { claimKeySql, encodeClaim } from '#platform/serving/idempotency/claim.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { orderStatusChanged } from '../events/order-status-changed.ts';
import { encodeChanges } from './order-changes.ts';
import type { Save, SaveDeps } from './save-created.ts';

const schema = 'loms';

const failedSql = (claimed: string) => `
  WITH claimed AS (${claimed}), saved_order AS (
    INSERT INTO loms.orders (order_id, user_id, status, sequence, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $5 FROM claimed
  ), saved_items AS (
    INSERT INTO loms.order_items (order_id, sku, count)
    SELECT $1, sku, count FROM unnest($6::bigint[], $7::bigint[]) AS w(sku, count)
     WHERE EXISTS (SELECT FROM claimed)
  ), saved_changes AS (${insertRowsSql({ table: 'loms.order_changes', parameter: '$9', onlyIf: 'claimed' })}
  ), saved_events AS (${insertOutboxSql({ schema, parameter: '$8', onlyIf: 'claimed' })})
  SELECT count(*)::int AS saved FROM claimed`;

const insertFailed = prepareStatement<{ saved: number }>('loms_save_failed', failedSql('SELECT 1'));
const insertKeyedFailed = prepareStatement<{ saved: number }>(
  'loms_save_failed_keyed',
  failedSql(claimKeySql({ schema, parameter: '$10' })),
);

/** Saves a new order that failed, and the answer; touches no stock. False when the key already has an answer. */
export const saveFailed =
  ({ pool, wakePublisher }: SaveDeps): Save =>
  async (events, call, answer) => {
    const last = events.at(-1);
    if (!last) throw new Error('A new order has at least one event.');
    const { order } = last.change;
    const values = [
      order.orderId,
      order.userId,
      order.status,
      order.sequence,
      last.moment,
      order.items.map(({ sku }) => sku),
      order.items.map(({ count }) => count),
      encodeOutboxRows(events.map((event) => orderStatusChanged(event, call.headers))),
      encodeChanges(events),
    ];
    const { idempotencyKey: key } = call;
    const [row] =
      key === undefined
        ? await insertFailed(pool, values)
        : await insertKeyedFailed(pool, [...values, encodeClaim(key, answer)]);
    if (row?.saved !== 1) return false;
    wakePublisher();
    return true;
  };
