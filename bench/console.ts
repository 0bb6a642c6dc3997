// `make bench-console`: what 200 open pages of the console cost those who place orders.
import { setTimeout as sleep } from 'node:timers/promises';
import { setPriority } from 'node:os';
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { callsIn, type Placed } from './console/calls.ts';
import { measureRound, type Round } from './console/measure.ts';
import { percentileOf, ratioOf } from './console/ratio.ts';
import { openConsoleBench, type ConsoleBench, type Upkeep } from './console/system.ts';
import type { Figure } from './outbox/bench.ts';
import { atMost, plain } from './outbox/figures.ts';
import { median } from './outbox/statistics.ts';
import { reportFigures } from './report-figures.ts';

const isQuick = process.argv.includes('--quick');
const perSecond = 300;
const openPages = 200;
// Each is a round without pages, two with them and one without, so that what changes slowly meets both kinds alike.
const blocks = isQuick ? 2 : 10;
const seconds = isQuick ? 4 : 6;
const warmUpMs = isQuick ? 5_000 : 20_000;

interface Run {
  rounds: Round[];
  placed: Placed;
  upkeep: Upkeep;
}

const run = async (bench: ConsoleBench): Promise<Run> => {
  const load = bench.startLoad(perSecond);
  // Whoever reads the pages' streams is on other machines, where it takes no time of the services.
  setPriority(19);
  console.log('warm-up …');
  await sleep(warmUpMs);
  const rounds: Round[] = [];
  const measure = async (pages: number): Promise<void> => {
    const round = await measureRound(bench, { pages, seconds });
    rounds.push(round);
    const { cores, memory } = round;
    console.log(
      `  ${pages} pages: ops ${cores.ops.toFixed(2)} cores, Postgres ${cores.postgres.toFixed(2)}, readers ${cores.readers.toFixed(2)}; ops ${memory.toFixed(0)} MiB`,
    );
  };
  await measureRound(bench, { pages: openPages, seconds: 1 });
  const before = await bench.countUpkeep();
  for (let block = 1; block <= blocks; block += 1) {
    console.log(`rounds ${4 * block - 3} to ${4 * block} of ${4 * blocks} …`);
    for (const pages of [0, openPages, openPages, 0]) await measure(pages);
  }
  const after = await bench.countUpkeep();
  const upkeep = {
    checkpoints: after.checkpoints - before.checkpoints,
    vacuums: after.vacuums - before.vacuums,
  };
  return { rounds, placed: await load.stop(), upkeep };
};

const figuresOf = ({ rounds, placed, upkeep }: Run): Figure[] => {
  const isOpen = ({ pages }: Round) => pages > 0;
  const [without, open] = [rounds.filter((round) => !isOpen(round)), rounds.filter(isOpen)];
  const took = (round: Round) => callsIn(placed, round).tookMs;
  const late = (round: Round) => callsIn(placed, round).lateMs;
  const sinceSent = (round: Round) => {
    const lateMs = late(round);
    return took(round).map((ms, at) => ms - (lateMs[at] ?? NaN));
  };
  const pairs = (read: (round: Round) => Float64Array) =>
    without.map((before, at) => ({ before: read(before), after: read(open[at] as Round) }));
  const pooled = (of: Round[], read: typeof took, share: number) =>
    percentileOf(of.map(read), share);
  const middle = (of: Round[], read: (round: Round) => number) => median(of.map(read));
  const p99 = ratioOf(pairs(took), 0.99);
  const p99SinceSent = ratioOf(pairs(sinceSent), 0.99);
  const withPages = `with ${openPages} pages`;
  const both = (what: string, read: (of: Round[]) => number, digits: number): Figure[] => [
    plain(`${what} without a page`, read(without), digits),
    plain(`${what} ${withPages}`, read(open), digits),
  ];
  return [
    ...both('OrderCreate, p50 ms:', (of) => pooled(of, took, 0.5), 1),
    ...both('OrderCreate, p99 ms:', (of) => pooled(of, took, 0.99), 1),
    atMost(plain('p99 with to without', p99.ratio, 2), 1.1),
    plain('  the lower end of its 95 % interval', p99.from, 2),
    plain('  the upper end', p99.to, 2),
    plain('  counted from when a call was sent', p99SinceSent.ratio, 2),
    ...both('lateness of the generator, p99 ms:', (of) => pooled(of, late, 0.99), 1),
    atMost(plain('calls that failed', placed.failures.length), 0),
    ...both('ops, cores:', (of) => middle(of, ({ cores }) => cores.ops), 3),
    ...both('Postgres, cores:', (of) => middle(of, ({ cores }) => cores.postgres), 2),
    plain(
      'readers of the pages, cores',
      middle(open, ({ cores }) => cores.readers),
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
    plain('memory of ops after the first round with pages, MiB', open[0]?.memory ?? NaN),
    plain('memory of ops after the last, MiB', open.at(-1)?.memory ?? NaN),
    plain('memory of ops, the most, MiB', Math.max(...open.map(({ memory }) => memory))),
    plain('checkpoints of Postgres meanwhile', upkeep.checkpoints),
    plain('autovacuums and autoanalyzes meanwhile', upkeep.vacuums),
  ];
};

leaveWhenIdle();
const startedMs = performance.now();
const bench = await openConsoleBench();
const done = await run(bench).finally(() => bench.close());
const [failure] = done.placed.failures;
if (failure !== undefined) console.log(`a call failed: ${failure}`);
const notes = `${perSecond} OrderCreate a second over gRPC all the time, sent when they are due, and their time counts from that moment. ${4 * blocks} rounds of
${seconds} s in the order without, with, with, without ${openPages} open pages; what happens while pages open and close is left out. Percentiles are of all
calls of a kind together. The interval comes from ${2 * blocks} pairs of neighbouring rounds, drawn anew 1,000 times. Every other page is the overview, the
others are an order each. Postgres writes to disk in earnest; Kafka, loms, the publisher, three notifiers, ops, the load generator and
the reader of the pages' streams, which has the lowest priority, are processes on the same machine.`;
await reportFigures({
  name: 'console',
  figures: figuresOf(done),
  notes,
  startedMs,
  isPartial: isQuick,
});
