// `make bench-booking`: the booking saga under twenty times 500,000 orders a day, and under more and more until it no
// longer holds.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { countOrders } from './booking/count.ts';
import { measureLoad, type Measured } from './booking/measure.ts';
import { coalesceMs, openBookingBench, type BookingBench } from './booking/system.ts';
import type { Figure } from './outbox/bench.ts';
import { atLeast, atMost, plain } from './outbox/figures.ts';
import { reportFigures } from './report-figures.ts';

const isQuick = process.argv.includes('--quick');
// 500,000 orders a day are 5.8 a second
const wantedRate = 116;
const limitMs = 95;
const warmUp = { perSecond: wantedRate, seconds: isQuick ? 4 : 15 };
const seconds = isQuick ? 10 : 60;
const rising = { seconds: isQuick ? 4 : 20, growth: 1.25, mostSteps: isQuick ? 2 : 12 };

/** Calls are answered in time, and sagas end as fast as they begin. */
const holds = ({ p99, failures, perSecond, endedPerSecond }: Measured): boolean =>
  p99 <= limitMs && failures === 0 && endedPerSecond >= 0.95 * perSecond;

const measureAndSay = async (bench: BookingBench, perSecond: number, forSeconds: number) => {
  const found = await measureLoad(bench, { perSecond, seconds: forSeconds });
  const { p50, p99, sagaP50, sagaP99, endedPerSecond, failures, failure = '' } = found;
  const ms = (...values: number[]) => values.map((value) => value.toFixed(0)).join(' / ');
  console.log(
    `  ${perSecond}/s: CreateOrder p50 / p99 ${ms(p50, p99)} ms, saga ${ms(sagaP50, sagaP99)} ms, ${endedPerSecond.toFixed(0)}/s ended, ${failures} failed ${failure}`,
  );
  return found;
};

/** Raises the rate until it no longer holds. */
const findLimit = async (bench: BookingBench, first: Measured) => {
  let calls = 0;
  let held: Measured | undefined = holds(first) ? first : undefined;
  for (let step = 1; held !== undefined && step <= rising.mostSteps; step += 1) {
    const perSecond = Math.round(wantedRate * rising.growth ** step);
    const found = await measureAndSay(bench, perSecond, rising.seconds);
    calls += found.calls;
    if (!holds(found)) return { calls, held, broken: found };
    held = found;
  }
  return { calls, held, broken: held === undefined ? first : undefined };
};

const rateFigures = (at: Measured): Figure[] => [
  atMost(plain(`${wantedRate} orders/s for ${seconds} s, CreateOrder: p99 ms`, at.p99), limitMs),
  plain('the same: p50 ms', at.p50),
  atMost(plain('the same: calls that failed', at.failures), 0),
  plain('the same: CreateOrder → TICKET_ISSUED, p50 ms', at.sagaP50),
  plain('the same: CreateOrder → TICKET_ISSUED, p99 ms', at.sagaP99),
  atLeast(
    plain('the same: sagas that end a second', at.endedPerSecond),
    Math.floor(0.95 * wantedRate),
  ),
  plain('statements for one order, all services and the publisher', at.statements, 1),
  ...Object.entries(at.cpuMs).map(([name, ms]) => plain(`CPU ms for one order: ${name}`, ms, 1)),
  plain('CPU ms for one order: all of these', sum(Object.values(at.cpuMs)), 1),
];

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

const limitFigures = ({ held, broken }: Awaited<ReturnType<typeof findLimit>>): Figure[] => [
  atLeast(plain('highest rate that held, orders/s', held?.perSecond ?? 0), wantedRate),
  ...(held === undefined ? [] : [plain('the same: CreateOrder p99 ms', held.p99)]),
  ...(held === undefined
    ? []
    : [plain('the same: CreateOrder → TICKET_ISSUED, p99 ms', held.sagaP99)]),
  ...(broken === undefined ? [] : brokenFigures(broken)),
];

const brokenFigures = ({ perSecond, p99, failures, endedPerSecond }: Measured): Figure[] => [
  plain('the next rate, which did not, orders/s', perSecond),
  plain('the same: CreateOrder p99 ms', p99),
  plain('the same: calls that failed', failures),
  plain('the same: sagas that end a second', endedPerSecond),
];

const measure = async (): Promise<Figure[]> => {
  const bench = await openBookingBench();
  try {
    console.log('warm-up …');
    const warm = await measureAndSay(bench, warmUp.perSecond, warmUp.seconds);
    console.log('the rate that is wanted …');
    const wanted = await measureAndSay(bench, wantedRate, seconds);
    console.log('more and more …');
    const limit = await findLimit(bench, wanted);
    const counted = await countOrders(bench, warm.calls + wanted.calls + limit.calls);
    return [...rateFigures(wanted), ...limitFigures(limit), ...counted];
  } finally {
    await bench.close();
  }
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const notes = `Postgres writes to disk in earnest; Kafka, Redis, booking, payment, ticket, the publisher and the load generator are processes on the
same machine. The publisher gathers rows for at least ${coalesceMs} ms (PUBLISHER_COALESCE_MS); all other settings are the defaults. Calls over gRPC
are sent when they are due, whether others are answered or not, and their time counts from that moment. A saga ends with the commit of
TICKET_ISSUED in booking (pg_xact_commit_timestamp). A rate holds when p99 of CreateOrder is at most ${limitMs} ms, no call fails, and in
the second half of its time sagas end as fast as they begin (95 %); rates grow by a quarter, ${rising.seconds} s each. 500,000 orders a day are 5.8
a second. Everything is counted in the tables afterwards.`;
await reportFigures({ name: 'booking', figures, notes, startedMs, isPartial: isQuick });
