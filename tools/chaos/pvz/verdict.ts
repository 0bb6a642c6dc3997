import { createDeliveryCheck } from '../deliveries.ts';
import type { Play } from '../system.ts';
import { countChanges } from './clients.ts';
import { createAttemptCheck, type Redriven } from './failed.ts';
import type { Heard } from './heard.ts';
import type { Told } from './load.ts';
import { topic, type PvzRig } from './rig.ts';

const shown = 5;
const callsAtATime = 16;

export interface JudgeParts {
  rig: PvzRig;
  told: Told;
  heard: Heard;
  /** What was redriven since the last call. */
  redriven: () => Redriven;
}

/** Checks everything that must hold when all events have been sent and logged. */
export const createJudge = ({ rig, told, heard, redriven }: JudgeParts): Play['judge'] => {
  const check = createDeliveryCheck(rig, [{ source: 'pvz', topic }]);
  const checkAttempts = createAttemptCheck(rig);
  return async () => {
    const { count, faults: failedWrongly } = redriven();
    const { faults, ...counts } = await check();
    await askForUnanswered(rig, told);
    const others = [
      await checkAttempts(),
      await findForgotten(rig, told),
      await findContradictions(rig),
      await findUnheard(rig, heard),
    ];
    return {
      ...counts,
      failed: count,
      faults: [...faults, ...failedWrongly, ...told.contradictions, ...others.flat()],
    };
  };
};

/** Asks for the histories of orders of which an answer is missing; from now on the answer is a promise. */
const askForUnanswered = async ({ pvz }: PvzRig, { orders, contradictions }: Told) => {
  const open = [...orders].filter(([, { least, most }]) => least !== most);
  const ask = async () => {
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [orderId, { least, most }] = next;
      const found = await countChanges(pvz.url, orderId);
      if (found < least || found > most)
        contradictions.push(
          `order ${orderId} should have ${least} to ${most} changes, its history has ${found}`,
        );
      orders.set(orderId, { least: found, most: found });
    }
  };
  await Promise.all(Array.from({ length: callsAtATime }, ask));
};

/** Finds orders whose histories are not what the answers have promised, and orders that nobody brought. */
const findForgotten = async ({ query }: PvzRig, { orders }: Told): Promise<string[]> => {
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
const findContradictions = async ({ query }: PvzRig): Promise<string[]> => {
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

/** Finds events that pvz-notifier has not logged, and those that it should not have. */
const findUnheard = async ({ query }: PvzRig, heard: Heard): Promise<string[]> => {
  const rows = await query<{ id: string }>('SELECT id::text FROM pvz.outbox');
  const wanted = new Set(rows.map(({ id }) => id));
  const logged = heard.read();
  const differences = [
    ...[...wanted.difference(logged)].map((id) => `pvz-notifier has not logged ${id}`),
    ...[...logged].filter((id) => !wanted.has(id)).map((id) => `pvz-notifier made up ${id}`),
  ];
  return [...differences.slice(0, shown), ...heard.faults()];
};
