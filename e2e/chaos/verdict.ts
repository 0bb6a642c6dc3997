import { createChecker } from '../checker/compare.ts';
import type { Accepted } from './load.ts';
import { topic, type Rig } from './rig.ts';

/** What is found after a fault, when all is sent; counts are since the last one. */
export interface Verdict {
  events: number;
  again: number;
  lost: number;
  outOfOrder: number;
  foreign: number;
  /** What else must not be, in words. */
  faults: string[];
}

export interface Judge {
  judge(): Promise<Verdict>;
}

const shown = 5;

export const createJudge = (rig: Rig, accepted: Accepted): Judge => {
  const { databaseUrl, brokers } = rig;
  const checker = createChecker({ databaseUrl, source: 'loms', brokers, topic });
  let before = { events: 0, duplicates: 0, violations: 0 };
  return {
    judge: async () => {
      const found = await checker.check();
      const verdict = {
        events: found.events - before.events,
        again: found.duplicates - before.duplicates,
        lost: found.lost,
        outOfOrder: found.violations.length - before.violations,
        foreign: found.foreign,
        faults: [
          ...found.violations.slice(before.violations, before.violations + shown),
          ...(found.unsent + found.failed > 0
            ? [`${found.unsent} events are not sent, ${found.failed} have failed`]
            : []),
          ...(await findForgotten(rig, accepted)),
          ...(await findContradictions(rig)),
          ...complaints(rig),
        ],
      };
      const { events, duplicates, violations } = found;
      before = { events, duplicates, violations: violations.length };
      return verdict;
    },
  };
};

export const isFlawless = ({ lost, outOfOrder, foreign, faults }: Verdict): boolean =>
  lost + outOfOrder + foreign + faults.length === 0;

/** Whatever loms has answered with success is in the database, also after a crash. */
const findForgotten = async (rig: Rig, accepted: Accepted): Promise<string[]> => {
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

/** An order and its events tell the same: as many as its sequence says, the last one with its status. */
const findContradictions = async (rig: Rig): Promise<string[]> => {
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

/** What the notifiers have seen for themselves, in all their lives. */
const complaints = ({ notifiers }: Rig): string[] =>
  notifiers
    .flatMap((notifier) => notifier.lines())
    .filter((line) => line.includes('ORDER VIOLATION') || line.includes('poison'))
    .slice(0, shown);
