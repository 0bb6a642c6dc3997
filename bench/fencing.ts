// `node bench/fencing.ts`: what it costs to have the broker refuse a stale owner (docs/decisions/0014).
import { formatTable } from '../tools/demo/table.ts';
import { measureLiveSends, measureSends } from './fencing/measure.ts';
import { ways } from './fencing/senders.ts';
import { measureSilence } from './fencing/silence.ts';
import { measureDrain, type Drain } from './outbox/drain.ts';
import { openEnvironment, type Environment } from './outbox/environment.ts';
import { fillOutbox } from './outbox/fill.ts';
import { measureLive } from './outbox/live.ts';
import { median, percentile } from './outbox/statistics.ts';

const rounds = 3;
const sizes = [1_000, 2_000];
const messages = 60_000;
const rows = 100_000;
const perSecond = 500;
const seconds = 10;
const settings = ['lease', 'transactional'];

const decimals = (value: number, digits: number) => value.toFixed(digits);
const latencyCells = (latencies: readonly number[]) =>
  [0.5, 0.99].map((share) => decimals(percentile(latencies, share), 1));

/** Raw producers, each way, one request after the other. */
const compareSends = async (environment: Environment): Promise<string[][]> => {
  const rates = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const size of sizes) {
      for (const [way, open] of Object.entries(ways)) {
        const rate = await measureSends({ environment, open }, messages, size);
        rates.set(`${way} ${size}`, [...(rates.get(`${way} ${size}`) ?? []), rate]);
      }
    }
  }
  const rateOf = (way: string, size: number) => median(rates.get(`${way} ${size}`) ?? []);
  const [plain = ''] = Object.keys(ways);
  const cells = (way: string, size: number) => [
    decimals(rateOf(way, size), 0),
    `${decimals((1 - rateOf(way, size) / rateOf(plain, size)) * 100, 0)} %`,
  ];
  return [
    ['raw producer, messages/s', ...sizes.flatMap((size) => [`requests of ${size}`, 'less'])],
    ...Object.keys(ways).map((way) => [way, ...sizes.flatMap((size) => cells(way, size))]),
  ];
};

const compareLiveSends = async (environment: Environment): Promise<string[][]> => {
  const lines = [[`raw producer at ${perSecond}/s: ms to the answer`, 'p50', 'p99']];
  for (const [way, open] of Object.entries(ways)) {
    const latencies = await measureLiveSends({ environment, open }, perSecond, seconds);
    lines.push([way, ...latencyCells(latencies)]);
  }
  return lines;
};

const compareSilences = async (environment: Environment): Promise<string[][]> => [
  ['one of two publishers dies: readers hear nothing for, s', ''],
  ['without transactions', decimals(await measureSilence(environment, false), 2)],
  ['with transactions', decimals(await measureSilence(environment, true), 2)],
];

const drain = (environment: Environment, by: string): Promise<Drain> =>
  measureDrain(environment, {
    ...{ history: 0, rows, settings: { PUBLISHER_FENCING: by } },
    fill: (topic) => fillOutbox(environment, { topic, rows }),
  });

const comparePublishers = async (environment: Environment): Promise<string[][]> => {
  const drains = new Map<string, Drain[]>(settings.map((by) => [by, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const by of settings) drains.get(by)?.push(await drain(environment, by));
  }
  const lines = [
    ['publisher', 'drain, rows/s', 'CPU s per 100,000', 'live p50 ms', 'p99 ms', 'CPU s'],
  ];
  for (const by of settings) {
    const of = (pick: (one: Drain) => number) => median((drains.get(by) ?? []).map(pick));
    const live = await measureLive(environment, {
      ...{ history: 0, perSecond, events: perSecond * seconds, coalesceMs: 0 },
      settings: { PUBLISHER_FENCING: by },
    });
    lines.push([
      `PUBLISHER_FENCING=${by}`,
      decimals(
        of((one) => one.eventsPerSecond),
        0,
      ),
      decimals(
        of((one) => one.publisherCpu),
        2,
      ),
      ...latencyCells(live.latencies),
      decimals(live.publisherCpu, 1),
    ]);
  }
  return lines;
};

const environment = await openEnvironment();
try {
  const parts = [comparePublishers, compareSends, compareLiveSends, compareSilences];
  for (const part of parts) console.log(`${formatTable(await part(environment))}\n`);
} finally {
  await environment.close();
}
