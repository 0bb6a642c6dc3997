import type { Told } from './load.ts';
import type { PvzRig } from './rig.ts';

type Tables = Pick<PvzRig, 'query'>;

const shown = 5;

/** Finds orders whose histories are not what the answers have promised, and orders that nobody brought. */
export const findForgotten = async (
  { query }: Tables,
  { orders }: Pick<Told, 'orders'>,
): Promise<string[]> => {
  const rows = await query<{ id: string; promised: number | null; found: string[] | null }>(
    `SELECT id::text, promised, found
       FROM unnest($1::bigint[], $2::int[]) AS told (id, promised)
       FULL JOIN (SELECT order_id AS id, array_agg(status::text ORDER BY sequence) AS found
                    FROM pvz.order_changes GROUP BY order_id) history USING (id)
      WHERE coalesce(found, '{}') IS DISTINCT FROM
            (ARRAY['accepted', 'issued', 'returned_by_client', 'returned_to_courier'])[1:promised]
      LIMIT ${shown}`,
    [[...orders.keys()], [...orders.values()].map(({ least }) => least)],
  );
  return rows.map(
    ({ id, promised, found }) =>
      `order ${id} was promised ${promised ?? 'no'} changes, has ${found?.join() ?? 'none'}`,
  );
};

/** Finds changes without exactly one event, events without a change, and orders that are not as their last change. */
export const findContradictions = async ({ query }: Tables): Promise<string[]> => {
  const rows = await query<{ id: string; sequence: string }>(
    `SELECT coalesce(c.key, e.key) AS id, sequence::text
       FROM (SELECT order_id::text AS key, sequence, status::text FROM pvz.order_changes) c
       FULL JOIN (SELECT key, sequence, count(*) AS events, min(payload #>> '{order,status}') AS status,
                         bool_and(payload ->> 'event_id' = id::text AND payload #>> '{order,id}' = key) AS is_its_own
                    FROM pvz.outbox GROUP BY key, sequence) e USING (sequence, key)
      WHERE c.status IS DISTINCT FROM e.status OR events <> 1 OR NOT is_its_own
     UNION ALL
     SELECT o.order_id::text, o.sequence::text
       FROM pvz.orders o LEFT JOIN pvz.order_changes c USING (order_id, sequence)
      WHERE c.status IS DISTINCT FROM o.status
         OR EXISTS (SELECT FROM pvz.order_changes l WHERE l.order_id = o.order_id AND l.sequence > o.sequence)
      LIMIT ${shown}`,
  );
  return rows.map(({ id, sequence }) => `order ${id}, its change ${sequence} and its event differ`);
};
