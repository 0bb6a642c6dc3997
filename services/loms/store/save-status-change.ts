import type { Call } from '#platform/serving/call.ts';
import { insertRowsSql } from '#platform/database/insert-rows.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { cancelTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { OrderEvent } from '../domain/order.ts';
import { orderStatusChanged } from '../events/order-status-changed.ts';
import { changedStocksSql, readChangedStocks } from './cached-stocks.ts';
import { encodeChanges } from './order-changes.ts';
import { paymentTimer } from './payment-timer.ts';
import type { SavedRow, SaveDeps } from './save-created.ts';

const timer = {
  schema: 'loms',
  kind: paymentTimer,
  key: '$1::bigint::text',
  onlyIf: 'moved',
};

/*
 * `moved` changes the order only if it is still as it was read (its sequence tells), and locks its row
 * until the commit: the outbox row gets its place in the reading order (`seq`) under that lock.
 */
const updateStatus = prepareStatement<SavedRow>(
  'loms_save_status_change',
  `WITH moved AS (
    UPDATE loms.orders SET status = $2, sequence = $3, updated_at = $4
     WHERE order_id = $1 AND sequence = $3 - 1
    RETURNING order_id
  ), locked AS MATERIALIZED (
    SELECT s.sku, i.count FROM loms.stocks s JOIN loms.order_items i USING (sku)
     WHERE i.order_id = $1 AND EXISTS (SELECT FROM moved) ORDER BY s.sku FOR UPDATE OF s
  ), updated_stocks AS (
    UPDATE loms.stocks s
       SET reserved = s.reserved - l.count,
           version = s.version + 1,
           total_count = s.total_count - CASE WHEN $5::boolean THEN l.count ELSE 0 END
      FROM locked l WHERE s.sku = l.sku
    RETURNING s.sku, s.total_count, s.reserved, s.version
  ), saved_changes AS (${insertRowsSql({ table: 'loms.order_changes', parameter: '$7', onlyIf: 'moved' })}
  ), saved_events AS (${insertOutboxSql({ schema: 'loms', parameter: '$6', onlyIf: 'moved' })}),
  cancelled_timer AS (${cancelTimerSql(timer)})
  SELECT count(*)::int AS saved, ${changedStocksSql('updated_stocks')} AS stocks FROM moved`,
);

/** Saves an order's payment or cancellation; false, and nothing written, when the order has changed since it was read. */
export const saveStatusChange =
  (deps: SaveDeps) =>
  async (event: OrderEvent, call: Call): Promise<boolean> => {
    const { order } = event.change;
    const [row] = await updateStatus(deps.pool, [
      order.orderId,
      order.status,
      order.sequence,
      event.moment,
      order.status === 'payed',
      encodeOutboxRows([orderStatusChanged(event, call.headers)]),
      encodeChanges([event]),
    ]);
    if (row?.saved !== 1) return false;
    deps.wakePublisher();
    await deps.noteStocks?.(readChangedStocks(row.stocks));
    return true;
  };
