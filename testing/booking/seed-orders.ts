import type { Queryable } from '#platform/database/pool.ts';

export interface SeedOptions {
  count: number;
  /** YYYY-MM-DD; the orders are spread evenly over the days from here. */
  from: string;
  days: number;
}

// A UUID v7 of the millisecond; the rest of it is made from the number, so that it can be made again.
const orderId = `(lpad(to_hex(ms), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid`;

/** Inserts orders whose tickets were issued, each with its facts, without any event. */
export const seedOrders = async (
  pool: Queryable,
  { count, from, days }: SeedOptions,
): Promise<void> => {
  await pool.query(
    `WITH numbered AS (
       SELECT n, (extract(epoch FROM $2::timestamptz) * 1000)::bigint + (n * ($3::bigint * 86400000)) / $1 AS ms
         FROM generate_series(0, $1::bigint - 1) n),
     made AS (
       SELECT n, ${orderId} AS order_id, to_timestamp(ms / 1000.0) AS at FROM numbered),
     told AS (
       INSERT INTO booking.facts (order_id, sequence, event_id, type, occurred_at)
       SELECT order_id, step, gen_random_uuid(), (ARRAY['OrderCreated', 'PaymentAuthorized', 'TicketIssued'])[step],
              at + step * interval '1 s'
         FROM made CROSS JOIN generate_series(1, 3) step)
     INSERT INTO booking.orders (order_id, user_id, status, amount_minor, origin, destination, flight_date, flight_time,
                                 airline, sequence, event_count, created_at, updated_at)
     SELECT order_id, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'TICKET_ISSUED', 100000 + n, 'SVO', 'LED', '2030-05-01',
            '12:00', 'SU', 3, 1, at, at + interval '3 s'
       FROM made`,
    [count, `${from}T00:00:00Z`, days],
  );
};
