import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import { BookingService, type ExportReportResponse } from '#gen/booking/v1/booking_pb.ts';
import { seedOrders } from '../testing/booking/seed-orders.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { findFreePort } from '../testing/free-port.ts';
import { untilWaitingForLock } from '../testing/lock-wait.ts';
import { createGrpcStreams, createHttpStreams } from '../testing/rpc-streams.ts';
import { runInorder } from '../testing/run-inorder.ts';
import {
  killLeftServices,
  launchService,
  portOf,
  untilReady,
} from '../testing/services/start-service.ts';
import { waitFor } from '../testing/wait-for.ts';

// three days of 2,100 orders, with an empty one on either side
const period = { from: '2026-05-01', to: '2026-05-05' };
const count = 6_300;
const args = ['report', 'orders', '--from', period.from, '--to', period.to];

let database: TestDatabase;
let admin: Pool;
/** Holds what booking waits for. */
let holder: Client;
let folder: string;
let httpPort: number;
let booking: TestProcess;
let url: string;

const start = async (): Promise<void> => {
  booking = launchService('booking', {
    DATABASE_URL: database.urlFor('booking'),
    // reports need no broker
    KAFKA_BROKERS: '127.0.0.1:1',
    HTTP_PORT: String(httpPort),
  });
  ({ url } = await untilReady(booking));
};

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new Pool({ connectionString: database.adminUrl });
  holder = new Client({ connectionString: database.adminUrl });
  await holder.connect();
  await seedOrders(admin, { count, from: '2026-05-02', days: 3 });
  folder = await mkdtemp(join(tmpdir(), 'inorder-report-'));
  httpPort = await findFreePort();
  await start();
});
afterAll(async () => {
  await killLeftServices();
  await holder.end();
  await admin.end();
  await rm(folder, { recursive: true, force: true });
});

const idsOf = (csv: string): string[] =>
  csv
    .split('\n')
    .slice(1, -1)
    .map((line) => line.slice(0, 36));
const allIds = async (): Promise<string[]> => {
  const text = 'SELECT order_id FROM booking.orders ORDER BY order_id';
  const { rows } = await admin.query<{ order_id: string }>(text);
  return rows.map(({ order_id }) => order_id);
};
const get = (query: object) =>
  fetch(`${url}/reports/orders?${new URLSearchParams({ ...query }).toString()}`);

test('REST, gRPC, Connect and gRPC-Web stream the same lines; what is refused has its status', async () => {
  const response = await get({ ...period, format: 'csv' });
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  const csv = await response.text();
  expect(idsOf(csv)).toEqual(await allIds());
  for (const read of [
    createGrpcStreams(await portOf(booking, 'gRPC is open')),
    createHttpStreams('connect', httpPort),
    createHttpStreams('grpc-web', httpPort),
  ]) {
    const { answers, end } = read(BookingService.method.exportReport, period);
    expect(await end).toEqual({ code: 'OK' });
    const pieces = answers as ExportReportResponse[];
    expect(Buffer.concat(pieces.map(({ lines }) => lines)).toString()).toBe(csv);
    expect(pieces.at(-1)).toMatchObject({ daysDone: 5, ordersSent: BigInt(count), progress: 1 });
  }
  const lines = await get({ ...period, format: 'jsonl' });
  expect(lines.headers.get('content-type')).toBe('application/x-ndjson');
  const objects = (await lines.text()).trimEnd().split('\n');
  expect(objects.map((line) => (JSON.parse(line) as { order_id: string }).order_id)).toEqual(
    await allIds(),
  );
  for (const [query, reason] of [
    [{ from: '2026-02-01', to: '2026-02-30' }, 'date-wrong'],
    [{ from: '2024-01-01', to: '2026-01-01' }, 'period-too-long'],
    [{ from: '2026-02-02', to: '2026-02-01' }, 'invalid-request'],
  ] as const) {
    const refused = await get(query);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      expect.objectContaining({ reason }),
    ]);
  }
});

test('./inorder report writes a file, and to stdout', async () => {
  const output = join(folder, 'orders.csv');
  const variables = { INORDER_BOOKING: url };
  expect(await runInorder([...args, '--format', 'csv', '--output', output], variables)).toEqual({
    code: 0,
    stdout: `${count} orders are in ${output}.\n`,
    stderr: '',
  });
  expect(idsOf(await readFile(output, 'utf8'))).toEqual(await allIds());
  const shown = await runInorder(args, variables);
  expect([shown.code, shown.stderr]).toEqual([0, `${count} orders are in stdout.\n`]);
  expect(shown.stdout).toBe(await readFile(output, 'utf8'));
  const wrong = await runInorder(
    ['report', 'orders', '--from', '2026-05-02', '--to', '2026-05-01'],
    variables,
  );
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('to is before from')]);
});

test('a kill in the midst of a day: the report goes on when booking is back, each order once', async () => {
  await admin.query('TRUNCATE booking.report_orders, booking.report_days');
  // whoever gathers the last day with orders waits for this row
  await holder.query('BEGIN');
  await holder.query(
    `INSERT INTO booking.report_orders
     SELECT order_id, user_id, status, 1, origin, destination, flight_date, flight_time, airline, reason, sequence,
            created_at, updated_at FROM booking.orders ORDER BY order_id DESC OFFSET 100 LIMIT 1`,
  );
  const output = join(folder, 'killed.csv');
  const done = runInorder([...args, '--output', output], { INORDER_BOOKING: url });
  await untilWaitingForLock(admin, 'booking');
  const isHalf = async () =>
    existsSync(`${output}.part.json`) &&
    (JSON.parse(await readFile(`${output}.part.json`, 'utf8')) as { daysDone: number }).daysDone ===
      3;
  await waitFor(isHalf, { what: 'three days in the file' });
  booking.kill('SIGKILL');
  await booking.exit;
  await holder.query('ROLLBACK');
  await start();
  const outcome = await done;
  expect(outcome).toMatchObject({ code: 0, stdout: `${count} orders are in ${output}.\n` });
  expect(outcome.stderr).toContain('The connection broke');
  expect(idsOf(await readFile(output, 'utf8'))).toEqual(await allIds());
  expect((await readdir(folder)).filter((name) => name.includes('.part'))).toEqual([]);
  // what the killed one had begun is finished, too, and each day of every report has each of its orders once; a machine
  // that is slow to kill it lets a call end before, and the report begins once more
  const days = 'SELECT day, orders::int, done_at IS NOT NULL AS done FROM booking.report_days';
  const rows = await waitFor(
    async () => {
      const found = (await admin.query<{ day: string; orders: number; done: boolean }>(days)).rows;
      return found.length >= 5 + 2 && found.every(({ done: isDone }) => isDone) && found;
    },
    { what: 'all days of both reports to be gathered' },
  );
  for (const { day, orders } of rows)
    expect(orders).toBe(['2026-05-01', '2026-05-05'].includes(day) ? 0 : count / 3);
  const { rows: kept } = await admin.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM booking.report_orders WHERE amount_minor > 1',
  );
  expect(kept).toEqual([{ n: count }]);
});
