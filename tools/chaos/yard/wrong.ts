import { halfDoneSql } from '../../../testing/order/tables.ts';
import { stockPieces, type Yard } from './rig.ts';
import { takenSql, wantedSql } from './undone.ts';

const shown = 5;

/** Describes contradictions in the tables of the yard when no work is left. */
export const findWrong = async ({ query }: Pick<Yard, 'query'>): Promise<string[]> => {
  const wrong: string[] = [];
  for (const [what, sql] of Object.entries(rules)) {
    const rows = await query<object>(`${sql} LIMIT ${shown}`);
    wrong.push(...rows.map((row) => `${what}: ${JSON.stringify(row)}`));
  }
  return wrong;
};

/** Queries by the rule that they check; each returns what breaks its rule. */
const rules: Record<string, string> = {
  'an order, its reservation, its payment and its OrderPaid do not go together': halfDoneSql,
  'not one build and one ShipAssembled for a paid order': `
    SELECT order_id, o.status AS of_order, b.status AS of_build, e.events
      FROM (SELECT order_id, status::text FROM "order".orders WHERE status IN ('PAID', 'ASSEMBLED')) o
      FULL JOIN (SELECT order_id, status::text FROM assembly.builds) b USING (order_id)
      FULL JOIN (SELECT key::uuid AS order_id, count(*)::int AS events FROM assembly.outbox GROUP BY key) e
          USING (order_id)
     WHERE (o.status, b.status, e.events) IS DISTINCT FROM ('ASSEMBLED', 'COMPLETED', 1)`,
  'an event not handled once by each of its consumers': `
    SELECT id, consumer, wanted.is_event, taken.outcome
      FROM (SELECT *, true AS is_event FROM (${wantedSql}) w) wanted
      FULL JOIN (${takenSql}) taken USING (id, consumer)
     WHERE wanted.is_event IS NULL OR taken.outcome IS DISTINCT FROM 'HANDLED'`,
  'a dead letter': ['"order"', 'assembly', 'notification']
    .map((schema) => `SELECT consumer, key, error FROM ${schema}.inbox_dead_letters`)
    .join(' UNION ALL '),
  'stock that did not fall by the pieces that were taken': `
    SELECT part_id, stock_quantity, taken
      FROM inventory.parts
      LEFT JOIN (SELECT part_id, sum(quantity) AS taken FROM inventory.reservation_items
                   JOIN inventory.reservations USING (order_id)
                  WHERE status = 'COMMITTED' GROUP BY part_id) committed USING (part_id)
     WHERE stock_quantity <> ${stockPieces} - coalesce(taken, 0)`,
  'pieces of an order that are not those of its reservation': `
    SELECT order_id, part_id, i.quantity AS of_order, r.quantity AS reserved
      FROM (SELECT t.* FROM "order".order_items t JOIN "order".orders USING (order_id)
             WHERE status <> 'CANCELLED') i
      FULL JOIN (SELECT t.* FROM inventory.reservation_items t JOIN inventory.reservations USING (order_id)
                  WHERE status <> 'RELEASED') r USING (order_id, part_id)
     WHERE i.quantity IS DISTINCT FROM r.quantity`,
};
