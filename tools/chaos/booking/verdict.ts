import { findFaults } from '../../../testing/booking/find-faults.ts';
import { createDeliveryCheck } from '../deliveries.ts';
import type { Play } from '../system.ts';
import { listStuck } from './clients.ts';
import type { Told } from './load.ts';
import { sources, topic, type BookingRig } from './rig.ts';

const shown = 5;

/** Faults in which sagas that take too long are taken back. */
const takesBack = /^(saga-timeout|random)/;

/** Checks everything that must hold when every saga has ended: events, money, tickets, and what was answered. */
export const createJudge = (rig: BookingRig, told: Told): Play['judge'] => {
  const topics = sources.map((source) => ({
    ...{ source, topic },
    others: sources.filter((other) => other !== source),
  }));
  const check = createDeliveryCheck(rig, topics);
  let timedOutBefore = 0;
  return async (faultName) => {
    const { faults, ...counts } = await check();
    const timedOut = await countTimedOut(rig);
    const takenBack = timedOut - timedOutBefore;
    timedOutBefore = timedOut;
    return {
      ...counts,
      takenBack,
      faults: [
        ...faults,
        ...(await findFaults(rig.query)),
        ...(await findForgotten(rig, told)),
        ...(await findListed(rig)),
        ...told.contradictions.slice(0, shown),
        ...(takenBack > 0 && !takesBack.test(faultName) ? [`${takenBack} sagas timed out`] : []),
        ...complaints(rig),
      ],
    };
  };
};

const countTimedOut = async ({ query }: BookingRig): Promise<number> => {
  const [row] = await query<{ n: number }>(
    `SELECT count(*)::int AS n FROM booking.orders WHERE reason = 'saga-timeout'`,
  );
  return row?.n ?? 0;
};

/** Finds orders that are not as the answers to their calls promise, and orders that nobody, or two calls, placed. */
const findForgotten = async ({ query }: BookingRig, { placed }: Told): Promise<string[]> => {
  const calls = [...placed.values()];
  const rows = await query<{ id: string; end: string | null; status: string | null }>(
    `SELECT coalesce(id, order_id)::text AS id, "end", status::text
       FROM unnest($1::uuid[], $2::text[]) AS told (id, "end")
       FULL JOIN booking.orders o ON o.order_id = told.id
      WHERE "end" IS NULL OR status IS NULL
         OR NOT (reason IS NOT DISTINCT FROM 'saga-timeout' OR status::text = "end"
                 OR "end" = 'unsure' AND status IN ('TICKET_ISSUED', 'CANCELLED', 'REFUNDED'))
      UNION ALL
     SELECT id::text, 'placed once', 'placed twice'
       FROM unnest($1::uuid[]) AS told (id) GROUP BY id HAVING count(*) > 1
      LIMIT ${shown}`,
    [calls.map(({ orderId }) => orderId), calls.map(({ end }) => end)],
  );
  return rows.map(
    ({ id, end, status }) => `order ${id} was to be ${end ?? 'nowhere'}, is ${status ?? 'gone'}`,
  );
};

/** Finds orders that booking lists as stuck although every saga has ended. */
const findListed = async ({ bookings }: BookingRig): Promise<string[]> => {
  const listed = await Promise.all(bookings.map(({ url }) => listStuck(url)));
  return listed
    .flat()
    .map(({ orderId }) => `order ${orderId} is listed as stuck`)
    .slice(0, shown);
};

/** What consumers themselves have logged, over all their lives. */
const complaints = ({ parts }: BookingRig): string[] =>
  parts
    .flatMap((part) => part.lines())
    .filter((line) => line.includes('ORDER VIOLATION') || line.includes('given up: '))
    .slice(0, shown);
