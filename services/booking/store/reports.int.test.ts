import type { Pool } from '#platform/database/pool.ts';
import { seedOrders } from '../../../testing/booking/seed-orders.ts';
import { createTestDatabase, type TestDatabase } from '../../../testing/engines/database.ts';
import { untilWaitingForLock } from '../../../testing/lock-wait.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import { daysOf, type Period } from '../domain/report-days.ts';
import { exportReport, type ReportFormat, type ReportPiece } from '../usecases/export-report.ts';
import { beginReport, findDayProgress, gatherPage } from './report-days.ts';
import { csvHeader, readReportLines } from './report-lines.ts';

let database: TestDatabase;
let pools: [Pool, Pool];

beforeAll(async () => {
  database = await createTestDatabase();
  pools = [openTestPool(database.urlFor('booking')), openTestPool(database.urlFor('booking'))];
  // each connects, and knows the database's clock from then on
  await Promise.all(pools.map((pool) => pool.query('SELECT')));
});
afterAll(() => Promise.all(pools.map((pool) => pool.end())));
beforeEach(() =>
  pools[0].query(
    'TRUNCATE booking.orders, booking.facts, booking.report_days, booking.report_orders',
  ),
);

const signal = new AbortController().signal;
const depsOn = (pool: Pool) => ({
  beginReport: beginReport(pool),
  findDayProgress: findDayProgress(pool),
  gatherPage: gatherPage(pool),
  readLines: readReportLines(pool),
  csvHeader,
  pause: () => Promise.resolve(),
});
const piecesOf = async (format: ReportFormat, period: Period): Promise<ReportPiece[]> =>
  Array.fromAsync(exportReport(depsOn(pools[0]))({ ...period, format }, { signal }));
const textOf = async (format: ReportFormat, period: Period): Promise<string> =>
  (await piecesOf(format, period)).map(({ lines }) => lines).join('');

const dayRows = async () => {
  const { rows } = await pools[0].query<{ day: string; orders: bigint; done: boolean }>(
    `SELECT run_id, day, orders, done_at IS NOT NULL AS done FROM booking.report_days ORDER BY run_id, day`,
  );
  return rows.map(({ day, orders, done }) => [day, Number(orders), done]);
};
const gatherAll = async (pool: Pool): Promise<void> => {
  while (await gatherPage(pool)());
};

const day = { from: '2026-05-02', to: '2026-05-02' };

test('an order is a line of its day in both formats, with what is known of it', async () => {
  await seedOrders(pools[0], { count: 2, from: '2026-05-02', days: 1 });
  await pools[0].query(
    `UPDATE booking.orders SET status = 'CANCELLED', reason = $1 WHERE amount_minor = 100000`,
    ['"late", he said\nand left'],
  );
  await pools[0].query(
    `DELETE FROM booking.facts WHERE type = 'TicketIssued'
        AND order_id = (SELECT order_id FROM booking.orders WHERE status = 'CANCELLED')`,
  );
  const { rows } = await pools[0].query<{ order_id: string }>(
    'SELECT order_id FROM booking.orders ORDER BY order_id',
  );
  const user = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
  const [first, second] = rows.map(({ order_id }) => order_id);
  expect(await textOf('CSV', day)).toBe(
    'order_id,user_id,status,amount_minor,from,to,date,time,airline,reason,created_at,authorized_at,issued_at,updated_at\n' +
      `${first},${user},CANCELLED,100000,SVO,LED,2030-05-01,12:00,SU,"""late"", he said\nand left",` +
      '2026-05-02T00:00:00.000Z,2026-05-02T00:00:02.000Z,,2026-05-02T00:00:03.000Z\n' +
      `${second},${user},TICKET_ISSUED,100001,SVO,LED,2030-05-01,12:00,SU,,` +
      '2026-05-02T12:00:00.000Z,2026-05-02T12:00:02.000Z,2026-05-02T12:00:03.000Z,2026-05-02T12:00:03.000Z\n',
  );
  const objects = (await textOf('JSONL', day)).trimEnd().split('\n');
  expect(objects.map((line) => JSON.parse(line) as object)).toMatchObject([
    { order_id: first, amount_minor: 100_000, reason: '"late", he said\nand left' },
    { order_id: second, status: 'TICKET_ISSUED', issued_at: '2026-05-02T12:00:03.000Z' },
  ]);
  expect(objects[1]).not.toContain('reason');
});

test('each day has its own orders, each once; days without any are empty', async () => {
  await seedOrders(pools[0], { count: 6_300, from: '2026-05-02', days: 3 });
  const pieces = await piecesOf('CSV', { from: '2026-05-01', to: '2026-05-04' });
  const lines = pieces.flatMap((piece) => piece.lines.split('\n').slice(0, -1)).slice(1);
  expect(new Set(lines).size).toBe(6_300);
  expect(lines.map((line) => line.slice(0, 36))).toEqual(
    lines.map((line) => line.slice(0, 36)).sort(),
  );
  expect(pieces.at(-1)).toMatchObject({ daysDone: 4, ordersSent: 6_300, progress: 1 });
  expect(await dayRows()).toEqual([
    ['2026-05-01', 0, true],
    ['2026-05-02', 2_100, true],
    ['2026-05-03', 2_100, true],
    ['2026-05-04', 2_100, true],
  ]);
  const shares = pieces.map(({ progress }) => progress);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
});

test('a later report has what has changed since', async () => {
  await seedOrders(pools[0], { count: 3, from: '2026-05-02', days: 1 });
  await textOf('CSV', day);
  await pools[0].query(
    `UPDATE booking.orders SET status = 'REFUNDED', sequence = 4 WHERE amount_minor = 100001`,
  );
  const statuses = (await textOf('CSV', day)).split('\n').map((line) => line.split(',')[2]);
  expect(statuses).toEqual(['status', 'TICKET_ISSUED', 'REFUNDED', 'TICKET_ISSUED', undefined]);
});

test('several workers share the days of several reports, and gather each order of each once', async () => {
  await seedOrders(pools[0], { count: 24_000, from: '2026-05-02', days: 2 });
  const days = daysOf({ from: '2026-05-02', to: '2026-05-03' });
  for (const pool of pools) await beginReport(pool)(days);
  await Promise.all([...pools, ...pools].map(gatherAll));
  await gatherAll(pools[0]);
  expect(await dayRows()).toEqual([
    ['2026-05-02', 12_000, true],
    ['2026-05-03', 12_000, true],
    ['2026-05-02', 12_000, true],
    ['2026-05-03', 12_000, true],
  ]);
});

test('a worker that is killed in the midst of a day leaves it to others, and nothing is gathered twice', async () => {
  await seedOrders(pools[0], { count: 12_000, from: '2026-05-02', days: 1 });
  await beginReport(pools[0])(daysOf(day));
  await gatherPage(pools[0])();
  const blocker = await pools[1].connect();
  await blocker.query('BEGIN');
  await blocker.query(
    `INSERT INTO booking.report_orders SELECT order_id, user_id, status, 1, origin, destination, flight_date, flight_time,
            airline, reason, sequence, created_at, updated_at FROM booking.orders ORDER BY order_id OFFSET 7000 LIMIT 1`,
  );
  const killed = gatherPage(pools[0])().then(
    () => 'gathered',
    () => 'failed',
  );
  await untilWaitingForLock(pools[1], 'booking');
  expect(await gatherPage(pools[1])()).toBe(false); // the day is in the other's hands
  await pools[1].query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  expect(await killed).toBe('failed');
  await blocker.query('ROLLBACK');
  blocker.release();
  expect(await dayRows()).toEqual([['2026-05-02', 5_000, false]]);
  await gatherAll(pools[1]);
  expect(await dayRows()).toEqual([['2026-05-02', 12_000, true]]);
  const { rows } = await pools[0].query<{ n: number }>(
    'SELECT count(*)::int AS n FROM booking.report_orders WHERE amount_minor > 1',
  );
  expect(rows).toEqual([{ n: 12_000 }]);
});

test('a caller that breaks off leaves its days to the workers', async () => {
  await seedOrders(pools[0], { count: 100, from: '2026-05-02', days: 2 });
  const report = exportReport(depsOn(pools[0]))(
    { from: '2026-05-02', to: '2026-05-03', format: 'JSONL' },
    { signal },
  );
  await report.next();
  await report.return(undefined);
  await gatherAll(pools[1]);
  expect((await dayRows()).map(([, orders, isDone]) => [orders, isDone])).toEqual([
    [50, true],
    [50, true],
  ]);
});

test('a report is refused while too many days of others are open', async () => {
  const year = daysOf({ from: '2024-01-01', to: '2024-12-31' });
  const begin = async (): Promise<void> => {
    for (;;) await beginReport(pools[0])(year);
  };
  await expect(begin()).rejects.toMatchObject({ kind: 'exhausted', reason: 'too-many-reports' });
  expect((await dayRows()).length).toBe(28 * 366);
});
