import type { ServiceContext } from '#platform/base/run-service.ts';
import type { ServiceDatabase } from '#platform/database/open-database.ts';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import { keepPurged } from '#platform/database/purge.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import type { Quote } from '../domain/quote.ts';
import { quotes } from './schema.ts';

interface QuoteRow {
  quote_id: string;
  origin: string;
  destination: string;
  flight_date: string;
  flight_time: string;
  airline: string;
  amount_minor: bigint;
  valid_until: Date;
}

const selectQuote = prepareStatement<QuoteRow>(
  'booking_quote',
  'SELECT * FROM booking.quotes WHERE quote_id = $1',
);

/** Saves a quote. */
export const saveQuote =
  (pool: Pool) =>
  async ({ quoteId, flight, amountMinor, validUntil }: Quote): Promise<void> => {
    const { from: origin, to: destination, date: flightDate, time: flightTime, airline } = flight;
    const columns = { origin, destination, flightDate, flightTime, airline };
    await withTransaction(pool, async (tx) => {
      await tx.insert(quotes).values({ quoteId, ...columns, amountMinor, validUntil });
    });
  };

/** Finds a quote until it is purged, which is a day after its end. */
export const findQuote = async (on: Queryable, quoteId: string): Promise<Quote | undefined> => {
  const [row] = await selectQuote(on, [quoteId]);
  if (row === undefined) return undefined;
  const { origin: from, destination: to, flight_date: date, flight_time: time, airline } = row;
  return {
    quoteId: row.quote_id,
    flight: { from, to, date, time, airline },
    amountMinor: row.amount_minor,
    validUntil: row.valid_until,
  };
};

// an order that comes too late is told that its quote has expired, rather than that there is none
const retentionMs = 24 * 3_600_000;

/** Purges the quotes that ended more than a day ago, until the service stops. */
export const openQuotes = (
  { lifecycle }: ServiceContext<unknown>,
  { pool, schema, logger }: ServiceDatabase,
): void => {
  const ended = { table: 'quotes', column: 'valid_until', retentionMs };
  const purging = keepPurged({ pool, schema, logger, ...ended }, lifecycle.stopping);
  lifecycle.onClose('quotes', () => purging);
};
