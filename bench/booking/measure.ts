import { runTied } from '../../deploy/local/run-tied.ts';
import { waitFor } from '../../testing/wait-for.ts';
import { cpuSeconds } from '../outbox/cpu.ts';
import { median, percentile } from '../outbox/statistics.ts';
import type { Called } from '../send-steadily.ts';
import type { BookingBench } from './system.ts';

/** What the load generator reports. */
export interface Loaded extends Called {
  /** When the first call was due, since 1970. */
  startMs: number;
  /** CPU milliseconds of the load generator in all. */
  ownCpuMs: number;
}

export interface Measured extends Loaded {
  perSecond: number;
  /** Milliseconds from the moment at which CreateOrder was due to the commit of TICKET_ISSUED in booking. */
  sagaP50: number;
  sagaP99: number;
  /** Sagas that ended a second in the second half of the load. */
  endedPerSecond: number;
  /** For one order. */
  statements: number;
  /** CPU milliseconds for one order, by process. */
  cpuMs: Readonly<Record<string, number>>;
}

export interface LoadOptions {
  perSecond: number;
  seconds: number;
}

const endLimitMs = 300_000;
let nextAmount = 1;

/** Places orders at a steady rate, and waits until all their sagas have ended. */
export const measureLoad = async (
  bench: BookingBench,
  { perSecond, seconds }: LoadOptions,
): Promise<Measured> => {
  const first = nextAmount;
  nextAmount += perSecond * seconds;
  const look = () => Promise.all([bench.countStatements(), readCpu(bench)]);
  const [statementsBefore, cpuBefore] = await look();
  const args = [bench.grpcPort, seconds, perSecond, first].map(String);
  const output = await runTied(process.execPath, ['bench/booking/load.ts', ...args]);
  const loaded = JSON.parse(output) as Loaded;
  await untilEnded(bench);
  const [statementsAfter, cpuAfter] = await look();
  const ends = await readEnds(bench, { first, last: nextAmount - 1 });
  const sagas = ends.map(
    ({ amount, endedMs }) => endedMs - loaded.startMs - ((amount - first) * 1_000) / perSecond,
  );
  const [middleMs, endMs] = [0.5, 1].map((part) => loaded.startMs + part * seconds * 1_000);
  const inSecondHalf = ends.filter(
    ({ endedMs }) => endedMs > (middleMs ?? 0) && endedMs <= (endMs ?? 0),
  );
  const cpu = Object.entries(cpuAfter).map(([name, after]) => [
    name,
    ((after - (cpuBefore[name] ?? 0)) * 1_000) / loaded.calls,
  ]);
  return {
    ...loaded,
    perSecond,
    sagaP50: median(sagas),
    sagaP99: percentile(sagas, 0.99),
    endedPerSecond: inSecondHalf.length / (seconds / 2),
    statements: (statementsAfter - statementsBefore) / loaded.calls,
    cpuMs: {
      ...(Object.fromEntries(cpu) as Record<string, number>),
      'load generator': loaded.ownCpuMs / loaded.calls,
    },
  };
};

const readCpu = async ({ pids }: BookingBench): Promise<Record<string, number>> => {
  const read = Object.entries(pids).map(async ([name, pid]) => [name, await cpuSeconds(pid)]);
  return Object.fromEntries(await Promise.all(read)) as Record<string, number>;
};

const untilEnded = ({ environment }: BookingBench) =>
  waitFor(
    async () => {
      const [row] = await environment.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM booking.orders WHERE status IN ('CREATED', 'PAYMENT_AUTHORIZED')`,
      );
      return row?.n === 0;
    },
    { what: 'the end of the sagas', timeoutMs: endLimitMs, intervalMs: 250 },
  );

interface End {
  amount: number;
  endedMs: number;
}

/** When booking had committed that the tickets were issued. */
const readEnds = (
  { environment }: BookingBench,
  { first, last }: { first: number; last: number },
): Promise<End[]> =>
  environment.query<End>(
    `SELECT amount_minor::int AS amount,
            (extract(epoch FROM pg_xact_commit_timestamp(f.xmin)) * 1000)::float8 AS "endedMs"
       FROM booking.orders JOIN booking.facts f USING (order_id)
      WHERE f.type = 'TicketIssued' AND amount_minor BETWEEN $1 AND $2`,
    [first, last],
  );
