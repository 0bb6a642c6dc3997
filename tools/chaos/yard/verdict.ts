import { yardTopics } from '../../../testing/yard/observe.ts';
import { createDeliveryCheck } from '../deliveries.ts';
import type { Play, Verdict } from '../system.ts';
import type { Told } from './load.ts';
import { tellings } from './messages.ts';
import type { Yard } from './rig.ts';
import { findWrong } from './wrong.ts';

const shown = 5;

/** Faults that may strike between sending a message and the commit that records it. */
const mayTellTwice = /^(notification|postgres|broker-silent|random)/;

/** Checks everything that must hold when no work is left: events, orders, stock, payments and messages. */
export const createJudge = (rig: Yard, told: Told): Play['judge'] => {
  const check = createDeliveryCheck(rig, Object.values(yardTopics));
  let toldTwiceBefore = 0;
  return async (faultName): Promise<Verdict> => {
    const { faults, ...counts } = await check();
    const messages = tellings(rig);
    const again = [...messages.values()].reduce((sum, times) => sum + times - 1, 0);
    const toldTwice = again - toldTwiceBefore;
    toldTwiceBefore = again;
    const tellsTwice = toldTwice > 0 && !mayTellTwice.test(faultName);
    return {
      ...counts,
      toldTwice,
      faults: [
        ...faults,
        ...(await findForgotten(rig, told)),
        ...(await findWrong(rig)),
        ...(await findUntold(rig, messages)),
        ...(tellsTwice ? [`${toldTwice} messages told twice`] : []),
        ...complaints(rig),
      ],
    };
  };
};

/** Finds orders that contradict what the service has answered, even after a crash. */
const findForgotten = async ({ query }: Yard, { outcomes, refused }: Told): Promise<string[]> => {
  const broken = await query<{ id: string; outcome: string; found: string | null }>(
    `SELECT t.id::text, t.outcome, o.status::text AS found
       FROM unnest($1::uuid[], $2::text[]) AS t (id, outcome) LEFT JOIN "order".orders o ON o.order_id = t.id
      WHERE o.order_id IS NULL OR t.outcome NOT IN (o.status::text, 'unsure') LIMIT ${shown}`,
    [[...outcomes.keys()], [...outcomes.values()]],
  );
  const kept = await query<{ id: string }>(
    `SELECT order_id::text AS id FROM "order".orders WHERE user_id = ANY ($1::uuid[]) LIMIT ${shown}`,
    [[...refused]],
  );
  return [
    ...broken.map(
      ({ id, outcome, found }) => `order ${id} was to be ${outcome}, is ${found ?? 'gone'}`,
    ),
    ...kept.map(({ id }) => `order ${id} is there, and was said not to be kept`),
  ];
};

/** Finds ships without their two messages, and messages about anything else. */
const findUntold = async (
  { query }: Yard,
  messages: ReadonlyMap<string, number>,
): Promise<string[]> => {
  const rows = await query<{ id: string }>(
    `SELECT order_id::text AS id FROM "order".orders WHERE status = 'ASSEMBLED'`,
  );
  const wanted = new Set(rows.flatMap(({ id }) => [`${id} paid`, `${id} assembled`]));
  return [
    ...[...wanted].filter((name) => !messages.has(name)).map((name) => `not told: ${name}`),
    ...[...messages.keys()].filter((name) => !wanted.has(name)).map((name) => `made up: ${name}`),
  ].slice(0, shown);
};

/** Violations that consumers themselves have logged, over all their lives. */
const complaints = ({ parts }: Yard): string[] =>
  parts
    .flatMap((part) => part.lines())
    .filter((line) => line.includes('ORDER VIOLATION') || line.includes('given up: '))
    .slice(0, shown);
