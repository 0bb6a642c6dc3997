import type { Bench, BenchCase } from '../bench.ts';
import type { Drain } from '../drain.ts';
import { fillOutbox } from '../fill.ts';
import { atLeast, atMost, plain } from '../figures.ts';
import { copyPublishedKafkajs } from '../published-kafkajs.ts';
import { measureRawDrain, type RawDrain } from '../run-raw.ts';
import { median } from '../statistics.ts';

/** The backlog of most cases, in rows; they belong to 1,000 orders in turn. */
export const backlogRows = 300_000;

export const drainUsual = ({ drain, environment, scaled }: Bench): Promise<Drain> => {
  const rows = scaled(backlogRows);
  return drain({ rows, fill: (topic) => fillOutbox(environment, { topic, rows }) });
};

const megabytesPerMebibyte = 1.048_576;

/** One publisher compared with a raw producer of the same messages, in alternation. */
export const drainCase: BenchCase = {
  name: 'drain',
  about: 'a backlog, beside a raw kafkajs producer: rate, CPU, memory',
  run: async (bench) => {
    const drains: Drain[] = [];
    const raws: RawDrain[] = [];
    const published: RawDrain[] = [];
    const kafkajs = await copyPublishedKafkajs();
    for (let round = 1; round <= bench.rounds; round += 1) {
      bench.say(`round ${round} of ${bench.rounds}: raw producers, then the publisher`);
      const rows = bench.scaled(backlogRows);
      published.push(await measureRawDrain(bench.environment, rows, kafkajs.path));
      raws.push(await measureRawDrain(bench.environment, rows));
      drains.push(await drainUsual(bench));
    }
    await kafkajs.remove();
    const ours = (pick: (one: Drain) => number) => median(drains.map(pick));
    const raw = (pick: (one: RawDrain) => number) => median(raws.map(pick));
    const rate = ours((one) => one.eventsPerSecond);
    const rawRate = raw((one) => one.eventsPerSecond);
    const publishedRate = median(published.map((one) => one.eventsPerSecond));
    bench.setUsualRate(rate);
    const peak = Math.max(...drains.map(({ memory }) => memory.peak)) * megabytesPerMebibyte;
    return [
      plain('drain: events/s', rate),
      plain('drain: events/s, raw producer, kafkajs as published', publishedRate),
      plain('drain: events/s, raw producer, kafkajs as patched here', rawRate),
      atLeast(plain('drain: ratio to kafkajs as published', rate / publishedRate, 2), 0.6),
      plain('drain: ratio to kafkajs as patched here', rate / rawRate, 2),
      atMost(
        plain(
          'drain: CPU s per 100,000, publisher',
          ours((one) => one.publisherCpu),
          2,
        ),
        2.2,
      ),
      atMost(
        plain(
          'drain: CPU s per 100,000, Postgres',
          ours((one) => one.postgresCpu),
          2,
        ),
        2.5,
      ),
      plain(
        'drain: CPU s per 100,000, raw producer, patched',
        raw((one) => one.cpuPer100k),
        2,
      ),
      atMost(plain('drain: memory of the publisher at most, MB', peak), 350),
    ];
  },
};
