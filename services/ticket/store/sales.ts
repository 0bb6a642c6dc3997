import type { Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { departureOf, nameOf, type Flight } from '../domain/flight.ts';
import type { Sale } from '../domain/sale.ts';

// $1: the flights, encoded; $2: the default capacity
const byRule = `
  SELECT w.flight, w.departs_at, coalesce(r.capacity, $2::integer) AS capacity,
         w.departs_at - make_interval(mins => coalesce(r.sales_end_minutes, 0)) AS sales_end_at
    FROM jsonb_to_recordset($1::jsonb) AS w(
      flight text, departs_at timestamptz, "from" text, "to" text, airline text)
    LEFT JOIN ticket.flight_rules r USING ("from", "to", airline)`;

interface SaleRow {
  flight: string;
  departs_at: Date;
  sales_end_at: Date;
  capacity: number;
}

/*
 * Always in the order of their names, so that two transactions cannot deadlock. The update changes nothing; it is there
 * because DO NOTHING would neither lock nor return the flights that there are.
 */
const lockFlights = prepareStatement<SaleRow>(
  'ticket_lock_flights',
  `INSERT INTO ticket.flights AS f (flight, departs_at, capacity, sales_end_at)
   SELECT * FROM (${byRule}) wanted ORDER BY flight
   ON CONFLICT (flight) DO UPDATE SET capacity = f.capacity
   RETURNING flight, departs_at, sales_end_at, capacity`,
);

const selectTaken = prepareStatement<{ flight: string; seats: number[] }>(
  'ticket_seats_taken',
  `SELECT flight, array_agg(seat) AS seats
     FROM ticket.tickets WHERE flight = ANY ($1) AND status = 'ISSUED' GROUP BY flight`,
);

const selectSale = prepareStatement<SaleRow & { sold: number }>(
  'ticket_find_sale',
  `SELECT flight, coalesce(f.capacity, w.capacity) AS capacity,
          coalesce(f.sales_end_at, w.sales_end_at) AS sales_end_at,
          (SELECT count(*)::integer FROM ticket.tickets t
            WHERE t.flight = w.flight AND t.status = 'ISSUED') AS sold
     FROM (${byRule}) w LEFT JOIN ticket.flights f USING (flight)`,
);

/**
 * Locks flights until the transaction ends, and returns the sale of each by its name. A flight that is asked for for the
 * first time is saved as the rule of its route says.
 */
export const lockSales =
  (tx: { readonly client: Queryable }, defaultCapacity: number) =>
  async (flights: readonly Flight[]): Promise<ReadonlyMap<string, Sale>> => {
    const wanted = new Map(flights.map((flight) => [nameOf(flight), flight]));
    if (wanted.size === 0) return new Map();
    const rows = await lockFlights(tx.client, [encode([...wanted.values()]), defaultCapacity]);
    // under the locks: what others have issued for these flights is committed
    const taken = await selectTaken(tx.client, [[...wanted.keys()]]);
    const seats = new Map(taken.map((row) => [row.flight, new Set(row.seats)]));
    return new Map(rows.map((row) => [row.flight, toSale(row, seats.get(row.flight))]));
  };

/** Finds how a flight, which exists, is sold. */
export const findSale =
  (pool: Queryable, defaultCapacity: number) =>
  async (flight: Flight): Promise<{ capacity: number; sold: number; salesEndAt: Date }> => {
    const [row] = await selectSale(pool, [encode([flight]), defaultCapacity]);
    if (row === undefined) throw new Error('The statement returned no row for the flight.');
    return { capacity: row.capacity, sold: row.sold, salesEndAt: row.sales_end_at };
  };

const encode = (flights: readonly Flight[]): string =>
  JSON.stringify(
    flights.map((flight) => ({
      ...flight,
      flight: nameOf(flight),
      departs_at: departureOf(flight),
    })),
  );

const toSale = (row: SaleRow, taken: ReadonlySet<number> = new Set()): Sale => ({
  departsAt: row.departs_at,
  salesEndAt: row.sales_end_at,
  capacity: row.capacity,
  taken,
});
