// `make bench-cache`: GetStock of inventory with the cache and without, at nine reads for each change, and a stampede on
// a cold part.
import { leaveWhenIdle } from '../deploy/local/leave-when-idle.ts';
import { openEnvironment, type Environment } from './cache/environment.ts';
import { measureLoad, type LoadOptions, type Measured } from './cache/measure.ts';
import { measureStampedes } from './cache/stampede.ts';
import type { Figure } from './outbox/bench.ts';
import { atLeast, atMost, plain } from './outbox/figures.ts';
import { median } from './outbox/statistics.ts';
import { reportFigures } from './report-figures.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 1 : 5;
const seconds = isQuick ? 3 : 10;
const rate = 500;
const coldParts = Array.from({ length: isQuick ? 3 : 20 }, (_, n) => n);

type Field = Exclude<keyof Measured, 'calls'>;

/** Measures without and with the cache in turn. */
const compare = async (environment: Environment, load: LoadOptions) => {
  const [plainTwo, cachedTwo] = [
    await environment.startInventories(false),
    await environment.startInventories(true),
  ];
  const pairs: { without: Measured; with: Measured }[] = [];
  // the first round compiles, opens connections and fills the cache
  for (let round = 0; round <= rounds; round += 1) {
    const pair = {
      without: await measureLoad(environment, plainTwo, load),
      with: await measureLoad(environment, cachedTwo, load),
    };
    if (round === 0) continue;
    pairs.push(pair);
    const words = (one: Measured) =>
      `${one.readsPerSecond.toFixed(0)} reads/s, p99 ${one.p99.toFixed(1)} ms, Postgres ${one.postgresMs.toFixed(0)} ms and ${one.statements.toFixed(0)} statements for 1,000 calls`;
    console.log(`  round ${round}: without ${words(pair.without)}; with ${words(pair.with)}`);
  }
  await Promise.all([plainTwo.stop(), cachedTwo.stop()]);
  return {
    value: (way: 'without' | 'with', field: Field) => median(pairs.map((pair) => pair[way][field])),
    /** With the cache to without it: the median of the rounds' ratios. */
    ratio: (field: Field) => median(pairs.map((pair) => pair.with[field] / pair.without[field])),
  };
};

const bothWays = (
  of: Awaited<ReturnType<typeof compare>>,
  what: string,
  { field, digits = 0 }: { field: Field; digits?: number },
): Figure[] => [
  plain(`${what}: without the cache`, of.value('without', field), digits),
  plain('the same: with the cache', of.value('with', field), digits),
];

/** The CPU milliseconds of Postgres for the changes among a thousand calls. */
const measureChanges = async (environment: Environment): Promise<number> => {
  const two = await environment.startInventories(false);
  const load = { seconds, rate: rate / 10, isChangesOnly: true };
  await measureLoad(environment, two, load);
  const { postgresMs } = await measureLoad(environment, two, load);
  await two.stop();
  return postgresMs / 10;
};

const measureStampede = async (environment: Environment): Promise<Figure[]> => {
  const loads: Record<string, number> = {};
  for (const isCached of [false, true]) {
    const two = await environment.startInventories(isCached);
    loads[String(isCached)] = Math.max(...(await measureStampedes(environment, two, coldParts)));
    await two.stop();
  }
  return [
    plain(
      '1,000 readers of a cold part at two processes, statements: without',
      loads['false'] ?? NaN,
    ),
    atMost(plain('the same: with the cache, the most of all rounds', loads['true'] ?? NaN), 1),
  ];
};

const measure = async (): Promise<Figure[]> => {
  const environment = await openEnvironment();
  try {
    console.log('a stampede …');
    const stampede = await measureStampede(environment);
    console.log(`${rate} calls a second …`);
    const steady = await compare(environment, { seconds, rate });
    console.log('the changes alone …');
    const changesMs = await measureChanges(environment);
    console.log('as many calls as are answered …');
    const most = await compare(environment, { seconds, rate: 0 });
    const saved = (field: Field) => 100 * (1 - steady.ratio(field));
    return [
      ...bothWays(steady, `${rate} calls/s, Postgres, CPU ms for 1,000 calls`, {
        field: 'postgresMs',
      }),
      atLeast(plain('the same: saved, %', saved('postgresMs')), 60),
      plain('the same: what the 100 changes among them cost alone', changesMs),
      ...bothWays(steady, 'the same calls: statements for 1,000 calls', { field: 'statements' }),
      atLeast(plain('the same: saved, %', saved('statements')), 60),
      plain('Redis, CPU ms for 1,000 calls', steady.value('with', 'redisMs')),
      ...bothWays(steady, 'GetStock p50 ms', { field: 'p50', digits: 2 }),
      ...bothWays(steady, 'GetStock p99 ms', { field: 'p99', digits: 2 }),
      atMost(plain('the same: with the cache to without it', steady.ratio('p99'), 2), 1),
      ...bothWays(most, '32 in flight, reads/s', { field: 'readsPerSecond' }),
      ...stampede,
    ];
  } finally {
    await environment.close();
  }
};

leaveWhenIdle();
const startedMs = performance.now();
const figures = await measure();
const notes = `Two processes of inventory, 200 parts, one call of ten is a ReserveStock of one piece, the others are GetStock; parts at random.
Without and with the cache in turn for ${seconds} s, ${rounds} rounds after one that is not counted; values are medians, ratios the medians of
the rounds' ratios. CPU is that of Postgres with all its processes, the changes included; statements are those of pg_stat_statements. Latency is
from the moment at which a call was due. The load generator is a Node process on the same machine. Postgres writes to disk in earnest.`;
await reportFigures({ name: 'cache', figures, notes, startedMs, isPartial: isQuick });
