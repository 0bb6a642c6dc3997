import { createDeliveryCheck } from '../deliveries.ts';
import type { Play } from '../system.ts';
import type { Accepted } from './load.ts';
import { topic, type LomsRig } from './rig.ts';

const shown = 5;

export const createJudge = (rig: LomsRig, accepted: Accepted): Play['judge'] => {
  const check = createDeliveryCheck(rig, [{ source: 'loms', topic }]);
  return async () => {
    const { faults, ...counts } = await check();
    const others = [await findForgotten(rig, accepted), await findContradictions(rig)].flat();
    return { ...counts, faults: [...faults, ...others, ...complaints(rig)] };
  };
};

/** Finds calls that loms answered with success but that are not in the database, even after a crash. */
const findForgotten = async (rig: LomsRig, accepted: Accepted): Promise<string[]> => {
  const rows = await rig.query<{ id: string; told: string; found: string | null }>(
    `SELECT a.id::text, a.told, o.status::text AS found
       FROM unnest($1::bigint[], $2::text[]) AS a (id, told)
       LEFT JOIN loms.orders o ON o.order_id = a.id
      WHERE o.order_id IS NULL OR (a.told <> 'awaiting payment' AND o.status::text <> a.told)`,
    [[...accepted.keys()], [...accepted.values()]],
  );
  return rows
    .slice(0, shown)
    .map(({ id, told, found }) => `order ${id} was ${told}, and is ${found ?? 'gone'}`);
};

/**
 * Finds orders whose events contradict them: there must be as many as the order's sequence, the last one with its
 * status.
 */
const findContradictions = async (rig: LomsRig): Promise<string[]> => {
  const rows = await rig.query<{ id: string }>(
    `SELECT o.order_id::text AS id
       FROM loms.orders o
       LEFT JOIN (SELECT key, count(*) AS events, max(sequence) AS last FROM loms.outbox
                   WHERE topic = $1 GROUP BY key) e ON e.key = o.order_id::text
      WHERE e.events IS DISTINCT FROM o.sequence OR e.last IS DISTINCT FROM o.sequence
     UNION ALL
     SELECT o.order_id::text
       FROM loms.outbox e
       JOIN loms.orders o ON o.order_id::text = e.key AND o.sequence = e.sequence
      WHERE e.topic = $1 AND e.payload ->> 'status' <> o.status::text
      LIMIT ${shown}`,
    [topic],
  );
  return rows.map(({ id }) => `order ${id} and its events do not agree`);
};

/** Violations that the notifiers themselves have logged, over all their lives. */
const complaints = ({ notifiers }: LomsRig): string[] =>
  notifiers
    .flatMap((notifier) => notifier.lines())
    .filter((line) => line.includes('ORDER VIOLATION') || line.includes('poison'))
    .slice(0, shown);
