// `make bench-console`: what 200 open pages of the console cost those who place orders.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { measureLoad, type Measured } from './console/measure.ts';
import { openConsoleBench, type ConsoleBench } from './console/system.ts';
import type { Figure } from './outbox/bench.ts';
import { atMost, plain } from './outbox/figures.ts';
import { median } from './outbox/statistics.ts';
import { reportFigures } from './report-figures.ts';

const isQuick = process.argv.includes('--quick');
const perSecond = 300;
const openPages = 200;
const rounds = isQuick ? 1 : 9;
const seconds = isQuick ? 5 : 15;

const measureAndSay = async (bench: ConsoleBench, pages: number): Promise<Measured> => {
  const found = await measureLoad(bench, { pages, perSecond, seconds });
  const { p50, p99, failures, failure = '', opsCores, memory } = found;
  console.log(
    `  ${pages} pages: OrderCreate p50 / p99 ${p50.toFixed(1)} / ${p99.toFixed(1)} ms, ${failures} failed ${failure}, ops ${opsCores.toFixed(2)} cores, ${memory.map((mib) => mib.toFixed(0)).join(' → ')} MiB`,
  );
  return found;
};

const measure = async (): Promise<Figure[]> => {
  const bench = await openConsoleBench();
  try {
    console.log('warm-up …');
    await measureAndSay(bench, 0);
    const without: Measured[] = [];
    const open: Measured[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      console.log(`round ${round} …`);
      without.push(await measureAndSay(bench, 0));
      open.push(await measureAndSay(bench, openPages));
    }
    return figuresOf(without, open);
  } finally {
    await bench.close();
  }
};

const figuresOf = (without: readonly Measured[], open: readonly Measured[]): Figure[] => {
  const middle = (of: readonly Measured[], read: (one: Measured) => number) => median(of.map(read));
  const [p99Without, p99Open] = [without, open].map((of) => middle(of, ({ p99 }) => p99));
  const failures = [...without, ...open].reduce((sum, each) => sum + each.failures, 0);
  return [
    plain(
      'OrderCreate without a page: p50 ms',
      middle(without, ({ p50 }) => p50),
      1,
    ),
    plain(
      `OrderCreate with ${openPages} pages: p50 ms`,
      middle(open, ({ p50 }) => p50),
      1,
    ),
    plain('OrderCreate without a page: p99 ms', p99Without ?? NaN, 1),
    plain(`OrderCreate with ${openPages} pages: p99 ms`, p99Open ?? NaN, 1),
    atMost(plain('the same: with to without', (p99Open ?? NaN) / (p99Without ?? NaN), 2), 1.1),
    atMost(plain('calls that failed', failures), 0),
    plain(
      'ops with the pages: cores',
      middle(open, ({ opsCores }) => opsCores),
      2,
    ),
    plain(
      'ops without: cores',
      middle(without, ({ opsCores }) => opsCores),
      2,
    ),
    plain(
      'how often a second something came to a page',
      middle(open, (each) => each.arrivalsPerSecond),
      2,
    ),
    plain(
      'seconds until all pages had their first',
      middle(open, (each) => each.openedInSeconds),
      1,
    ),
    plain('memory of ops after the first round, MiB', open[0]?.memory[1] ?? NaN),
    plain('memory of ops after the last round, MiB', open.at(-1)?.memory[1] ?? NaN),
    plain(
      'memory of ops, the most after a round, MiB',
      Math.max(...open.map(({ memory }) => memory[1])),
    ),
  ];
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const notes = `${perSecond} OrderCreate a second over gRPC for ${seconds} s, sent when they are due, and their time counts from that moment; ${rounds} rounds
without and with ${openPages} open pages by turns. Values are medians; single rounds of the same kind differ by half. Every other page is the overview, the others are
an order each. Postgres writes to disk in earnest; Kafka, loms, the publisher, three notifiers, ops, the load generator and the reader of
the pages' streams are processes on the same machine.`;
await reportFigures({ name: 'console', figures, notes, startedMs, isPartial: isQuick });
