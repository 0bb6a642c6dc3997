import {
  findFaults,
  findUnderWay,
  findUndone,
  type Query,
} from '../../testing/booking/find-faults.ts';
import { waitFor } from '../../testing/wait-for.ts';
import type { Figure } from '../outbox/bench.ts';
import { atMost, plain } from '../outbox/figures.ts';
import type { BookingBench } from './system.ts';

interface Sums {
  orders: number;
  paid: number;
  tickets: number;
  money: number;
  price: number;
}

const sumsSql = `
  SELECT count(*)::int AS orders,
         count(*) FILTER (WHERE p.status = 'AUTHORIZED')::int AS paid,
         count(*) FILTER (WHERE t.status = 'ISSUED')::int AS tickets,
         coalesce(sum(p.amount_minor) FILTER (WHERE p.status = 'AUTHORIZED'), 0)::float8 AS money,
         coalesce(sum(o.amount_minor) FILTER (WHERE t.status = 'ISSUED'), 0)::float8 AS price
    FROM booking.orders o
    LEFT JOIN payment.booking_payments p USING (order_id)
    LEFT JOIN ticket.tickets t USING (order_id)`;

/** Counts in the tables what has become of all orders, once nothing is left to do. */
export const countOrders = async (
  { environment }: BookingBench,
  calls: number,
): Promise<Figure[]> => {
  const query: Query = (text, values) => environment.query(text, values);
  const isDone = async () => (await findUndone(query)).length === 0;
  await waitFor(isDone, { what: 'the end of all work', timeoutMs: 300_000, intervalMs: 1_000 });
  const [sums] = await query<Sums>(sumsSql);
  const { orders = NaN, paid = NaN, tickets = NaN, money = NaN, price = NaN } = sums ?? {};
  const faults = await findFaults(query);
  for (const fault of faults) console.log(`  ! ${fault}`);
  const none = (what: string, value: number) => atMost(plain(what, value), 0);
  return [
    plain('all orders of this run, counted in the tables', orders),
    none('the same: CreateOrder was called, and there is no order', calls - orders),
    none('the same: sagas that have not ended', (await findUnderWay(query)).length),
    none('the same: payments without a ticket, or the reverse', Math.abs(paid - tickets)),
    none('the same: money without a ticket, or the reverse, kopecks', Math.abs(money - price)),
    none('the same: what contradicts the contract', faults.length),
  ];
};
