// `make bench-report`: a report of 1,000,000 orders, gathered and streamed, over REST and by the command line.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pool } from 'pg';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { seedOrders } from '../testing/booking/seed-orders.ts';
import { startProcess, type TestProcess } from '../testing/engines/process.ts';
import { launchService, portOf, untilReady } from '../testing/services/start-service.ts';
import type { Figure } from './outbox/bench.ts';
import { openEnvironment, type Environment } from './outbox/environment.ts';
import { atMost, plain } from './outbox/figures.ts';
import { watchMemory } from './outbox/memory.ts';
import { reportFigures } from './report-figures.ts';

const orders = 1_000_000;
const days = 31;
const period = { from: '2026-01-01', to: '2026-01-31' };
const mostSeconds = 60;
// nothing of a report is held: later ones take no more
const mostGrowthMib = 64;

const seed = async (environment: Environment): Promise<void> => {
  const pool = new Pool({ connectionString: environment.adminUrl });
  await seedOrders(pool, { count: orders, from: period.from, days });
  await pool.query('VACUUM ANALYZE booking.orders, booking.facts');
  await pool.end();
};

interface Run {
  seconds: number;
  /** The peak of booking's memory. */
  mib: number;
}

const timed = async (booking: TestProcess, act: () => Promise<void>): Promise<Run> => {
  const memory = watchMemory(booking.pid);
  const startMs = performance.now();
  await act();
  const seconds = (performance.now() - startMs) / 1_000;
  return { seconds, mib: Math.max(...(await memory.stop()).samples) };
};

const linesIn = (chunk: Uint8Array): number => {
  let lines = 0;
  for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
};

/** Reads a report over REST and counts its lines. */
const download = async (port: number, query: Record<string, string>, lines: number) => {
  const search = new URLSearchParams(query).toString();
  const response = await fetch(`http://127.0.0.1:${port}/reports/orders?${search}`);
  let read = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) read += linesIn(chunk);
  if (read !== lines) throw new Error(`the report has ${read} lines instead of ${lines}`);
};

const exportFile = async (port: number, folder: string): Promise<void> => {
  const output = join(folder, 'orders.csv');
  const options = { ...period, format: 'csv', output };
  const cli = startProcess({
    name: 'inorder report',
    entry: 'services/booking/cli/main.ts',
    args: ['orders', ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])],
    env: { INORDER_BOOKING: `http://127.0.0.1:${port}` },
  });
  const { code } = await cli.exit;
  if (code !== 0) throw new Error(`the command failed:\n${cli.lines.join('\n')}`);
  console.log(`  ${cli.lines.at(-1)} ${((await stat(output)).size / 2 ** 20).toFixed(0)} MiB`);
};

const measureAll = async (environment: Environment, folder: string): Promise<Figure[]> => {
  console.log('a million orders …');
  await seed(environment);
  const env = { DATABASE_URL: environment.urlFor('booking'), KAFKA_BROKERS: environment.brokers };
  const booking = launchService('booking', { ...env, LOG_LEVEL: 'info' });
  await untilReady(booking);
  const port = await portOf(booking, 'HTTP is open');
  console.log('REST, first time …');
  const first = await timed(booking, () =>
    download(port, { ...period, format: 'csv' }, orders + 1),
  );
  console.log('REST, again …');
  const again = await timed(booking, () => download(port, { ...period, format: 'jsonl' }, orders));
  await environment.query('TRUNCATE booking.report_orders, booking.report_days');
  console.log('./inorder report …');
  const cli = await timed(booking, () => exportFile(port, folder));
  await booking.stop();
  return [
    atMost(plain('gathered and streamed as CSV over REST, s', first.seconds, 1), mostSeconds),
    plain('the same as JSON Lines, nothing to be gathered anew, s', again.seconds, 1),
    atMost(plain('gathered, and written to a file by the command, s', cli.seconds, 1), mostSeconds),
    plain('memory of booking, first report: peak, MiB', first.mib),
    atMost(plain('the same: MiB more at the third report', cli.mib - first.mib), mostGrowthMib),
  ];
};

const measure = async (): Promise<Figure[]> => {
  const environment = await openEnvironment();
  const folder = await mkdtemp(join(tmpdir(), 'inorder-bench-report-'));
  try {
    return await measureAll(environment, folder);
  } finally {
    await environment.close();
    await rm(folder, { recursive: true, force: true });
  }
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const notes = `1,000,000 orders with three facts each, on 31 days. Booking (one process), Postgres and the reader share the
machine; Postgres writes to disk in earnest. Seconds from the call to the last byte; the lines are counted. Memory is VmRSS.`;
await reportFigures({ name: 'report', figures, notes, startedMs });
