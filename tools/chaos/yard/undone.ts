import type { Yard } from './rig.ts';

/** Describes the work that the services of the yard have yet to do. */
export const findUndone = async ({ query }: Pick<Yard, 'query'>): Promise<string[]> => {
  const rows = await query<{ what: string; n: number }>(undoneSql);
  return rows.map(({ what, n }) => `${n} ${what}`);
};

/** Each event with each consumer that must handle it. */
export const wantedSql = `
  SELECT e.id, e.consumer FROM (
    SELECT id, unnest(ARRAY['assembly-service', 'notification-payment']) AS consumer FROM "order".outbox
    UNION ALL
    SELECT id, unnest(ARRAY['order-service', 'notification-assembly']) FROM assembly.outbox) e`;

/** Each event that was accepted, with the consumer that accepted it. */
export const takenSql = ['"order"', 'assembly', 'notification']
  .map((schema) => `SELECT event_id AS id, consumer, outcome::text FROM ${schema}.inbox`)
  .join(' UNION ALL ');

const undoneSql = `
  SELECT * FROM (
    SELECT 'timers of order' AS what, count(*)::int AS n FROM "order".timers
    UNION ALL SELECT 'timers of assembly', count(*)::int FROM assembly.timers
    UNION ALL SELECT 'builds under way', count(*)::int FROM assembly.builds WHERE status = 'BUILDING'
    UNION ALL SELECT 'orders PAID', count(*)::int FROM "order".orders WHERE status = 'PAID'
    UNION ALL SELECT 'events of order unsent', count(*)::int FROM "order".outbox WHERE sent_at IS NULL
    UNION ALL SELECT 'events of assembly unsent', count(*)::int FROM assembly.outbox WHERE sent_at IS NULL
    UNION ALL SELECT 'keys parked at order', count(*)::int FROM "order".inbox_parked_keys
    UNION ALL SELECT 'keys parked at assembly', count(*)::int FROM assembly.inbox_parked_keys
    UNION ALL SELECT 'keys parked at notification', count(*)::int FROM notification.inbox_parked_keys
    UNION ALL SELECT 'events yet to come to ' || consumer, count(*)::int
      FROM (${wantedSql}) wanted
     WHERE NOT EXISTS (SELECT FROM (${takenSql}) taken WHERE taken.id = wanted.id AND taken.consumer = wanted.consumer)
     GROUP BY consumer) left_over
   WHERE n > 0`;
