import type { ServiceContext } from '#platform/base/run-service.ts';
import { AppError } from '#platform/base/errors.ts';
import { repeat } from '#platform/base/loops.ts';
import type { ServiceDatabase } from '#platform/database/open-database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { keepPurged } from '#platform/database/purge.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { ReportDay } from '../domain/report-days.ts';
import type { DayProgress } from '../usecases/export-report.ts';

const mostOpenDays = 10_000;
// about 100 ms of Postgres' time; a transaction may take 4 s
const pageSize = 5_000;

// In typed VALUES, the 366 days of a year would keep the process from everything else for some tenths of a second.
const insertDays = prepareStatement<{ day: string }>(
  'booking_report_begin',
  `INSERT INTO booking.report_days (run_id, day, after_id, end_id, orders, created_at)
   SELECT $1, day, after_id, end_id, 0, $2
     FROM unnest($3::text[], $4::uuid[], $5::uuid[]) AS days (day, after_id, end_id)
    WHERE (SELECT count(*) FROM booking.report_days WHERE done_at IS NULL) < $6
   RETURNING day`,
);

/** Begins a report: its days are open until they are gathered, by any process. Refuses while too many others are. */
export const beginReport =
  (pool: Pool) =>
  async (days: readonly ReportDay[]): Promise<string> => {
    const runId = pool.clock.newId();
    const columns = [
      days.map(({ day }) => day),
      days.map(({ afterId }) => afterId),
      days.map(({ endId }) => endId),
    ];
    const values = [runId, pool.clock.now(), ...columns, mostOpenDays];
    if ((await insertDays(pool, values)).length > 0) return runId;
    const words = 'Many reports are being made. Try again in a moment.';
    throw new AppError('exhausted', 'too-many-reports', words, { retryAfterMs: 5_000 });
  };

const selectProgress = prepareStatement<{ is_done: boolean; orders: bigint; of_all: bigint }>(
  'booking_report_progress',
  `SELECT done_at IS NOT NULL AS is_done, orders,
          (SELECT sum(orders)::bigint FROM booking.report_days WHERE run_id = $1) AS of_all
     FROM booking.report_days WHERE run_id = $1 AND day = $2`,
);

/** How far a day of a report is. */
export const findDayProgress =
  (pool: Pool) =>
  async (runId: string, day: string): Promise<DayProgress> => {
    const [row] = await selectProgress(pool, [runId, day]);
    if (row === undefined) throw new Error(`Report ${runId} has no day ${day}.`);
    return { isDone: row.is_done, orders: Number(row.orders), ofAllDays: Number(row.of_all) };
  };

/*
 * Gathers the next page of the first open day that nobody else works at, and moves the day's position past it. What
 * another report has gathered and has not changed since is left alone. Rows go in by id, so that two that gather the same
 * orders do not wait for each other crosswise.
 */
const gather = prepareStatement<{ orders: number }>(
  'booking_report_gather',
  `WITH open AS (
     SELECT run_id, day, after_id, end_id FROM booking.report_days
      WHERE done_at IS NULL ORDER BY run_id, day LIMIT 1 FOR UPDATE SKIP LOCKED),
   page AS MATERIALIZED (
     SELECT next.* FROM open CROSS JOIN LATERAL (
       SELECT * FROM booking.orders WHERE order_id > open.after_id ORDER BY order_id LIMIT $1) next
      WHERE next.order_id < open.end_id),
   transformed AS (
     SELECT order_id, user_id, status, amount_minor, origin, destination, flight_date, flight_time, airline, reason,
            sequence, created_at, updated_at, f.authorized_at, f.issued_at
       FROM (SELECT * FROM page WHERE NOT EXISTS (
               SELECT FROM booking.report_orders known
                WHERE known.order_id = page.order_id AND known.sequence >= page.sequence)) changed
      CROSS JOIN LATERAL (
         SELECT min(occurred_at) FILTER (WHERE type = 'PaymentAuthorized') AS authorized_at,
                min(occurred_at) FILTER (WHERE type = 'TicketIssued') AS issued_at
           FROM booking.facts WHERE order_id = changed.order_id) f),
   loaded AS (
     INSERT INTO booking.report_orders AS known
       (order_id, user_id, status, amount_minor, origin, destination, flight_date, flight_time, airline, reason,
        sequence, created_at, updated_at, authorized_at, issued_at)
     SELECT * FROM transformed ORDER BY order_id
     ON CONFLICT (order_id) DO UPDATE SET
       status = excluded.status, reason = excluded.reason, sequence = excluded.sequence,
       updated_at = excluded.updated_at, authorized_at = excluded.authorized_at, issued_at = excluded.issued_at
      WHERE known.sequence < excluded.sequence)
   UPDATE booking.report_days d
      SET after_id = coalesce(read.last_id, d.after_id), orders = d.orders + read.orders,
          done_at = CASE WHEN read.orders < $1 THEN clock_timestamp() END
     FROM open, (SELECT count(*)::int AS orders, (array_agg(order_id ORDER BY order_id DESC))[1] AS last_id FROM page) read
    WHERE d.run_id = open.run_id AND d.day = open.day
   RETURNING read.orders`,
);

/** Gathers a page of orders for an open day; false when there is none that nobody else works at. */
export const gatherPage = (pool: Pool) => async (): Promise<boolean> =>
  (await gather(pool, [pageSize])).length > 0;

const everyMs = 1_000;
const backoff = { firstMs: 1_000, maxMs: 15_000 };
const retentionMs = 30 * 24 * 3_600_000;

/** Gathers what reports still lack, begun by whichever process, until the service stops. */
export const openReports = (
  { lifecycle }: ServiceContext<unknown>,
  { pool, schema, logger }: ServiceDatabase,
): void => {
  const { stopping } = lifecycle;
  const loop = { name: 'gathering reports', logger, everyMs, backoff };
  const gathering = repeat(loop, stopping, async () => ((await gatherPage(pool)()) ? 0 : everyMs));
  const days = { table: 'report_days', column: 'created_at', retentionMs };
  const purging = keepPurged({ pool, schema, logger, ...days }, stopping);
  lifecycle.onClose('reports', async () => {
    await Promise.all([gathering, purging]);
  });
};
