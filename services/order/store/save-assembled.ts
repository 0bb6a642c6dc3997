import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { OrderChange } from '../domain/order.ts';
import { encodeChanges, insertChangesSql } from './order-changes.ts';

const updateAssembled = prepareStatement<{ saved: number }>(
  'order_save_assembled',
  `WITH moved AS (
    UPDATE "order".orders o SET status = c.status, sequence = c.sequence, updated_at = c.moment
      FROM jsonb_to_recordset($1::jsonb) AS c(
        order_id uuid, sequence bigint, status "order".order_status, moment timestamptz)
     WHERE o.order_id = c.order_id AND o.sequence = c.sequence - 1
    RETURNING o.order_id
  ), saved_changes AS (${insertChangesSql({ parameter: '$1', onlyIf: 'moved' })})
  SELECT count(*)::int AS saved FROM moved`,
);

/** Keeps that orders are ASSEMBLED. They must be locked by the transaction of `client`, as they were read. */
export const saveAssembled =
  (client: Queryable) =>
  async (changes: readonly OrderChange[]): Promise<void> => {
    const [row] = await updateAssembled(client, [encodeChanges(changes)]);
    if (row?.saved !== changes.length)
      throw new Error(`Of ${changes.length} orders that were locked others have changed some.`);
  };
