import type { BenchCase, Figure } from '../bench.ts';
import { atMost, plain } from '../figures.ts';
import { measureLive, measureWriters, type Live } from '../live.ts';
import { measureRawLive } from '../run-raw.ts';
import { percentile } from '../statistics.ts';
import { historyRows } from '../history.ts';

const perSecond = 500;
const seconds = 30;
// At 500 events/s this makes eight events a request. With the few ms of the request it stays well below the target of
// 30 ms at p99.
const windowMs = 15;

/** Events committed one by one at a steady rate, without the coalescing window and with it. */
export const liveCase: BenchCase = {
  name: 'live',
  about: '500 events/s: commit to append and CPU, without and with the coalescing window',
  run: async (bench) => {
    const events = bench.scaled(perSecond * seconds);
    const plan = { perSecond, events, history: bench.scaled(historyRows) };
    const measure = async (coalesceMs: number): Promise<Live> => {
      bench.say(`${events} events at ${perSecond}/s, window ${coalesceMs} ms`);
      const live = await measureLive(bench.environment, { ...plan, coalesceMs });
      bench.noteCheck(live.checked);
      return live;
    };
    const raw = await measureRawLive(bench.environment, perSecond, 10);
    const now = await measure(0);
    const gathered = await measure(windowMs);
    bench.say('the writers alone');
    const writers = await measureWriters(bench.environment, { ...plan, coalesceMs: 0 });
    return figuresOf({ raw, now, gathered, writers, events });
  },
};

interface Results {
  raw: number[];
  now: Live;
  gathered: Live;
  writers: number;
  events: number;
}

const figuresOf = ({ raw, now, gathered, writers, events }: Results): Figure[] => {
  const cpu = (seconds: number) => (seconds * 15_000) / events;
  const window = `live, window ${windowMs} ms`;
  return [
    plain('raw producer, one a send: send to answer, p50 ms', percentile(raw, 0.5), 1),
    plain('raw producer, one a send: p99 ms', percentile(raw, 0.99), 1),
    atMost(plain('live: commit to append, p50 ms', percentile(now.latencies, 0.5), 1), 2),
    atMost(plain('live: p99 ms', percentile(now.latencies, 0.99), 1), 12),
    plain('live: CPU s per 15,000, publisher', cpu(now.publisherCpu), 1),
    plain('live: CPU s per 15,000, Postgres', cpu(now.postgresCpu), 1),
    plain(`${window}: p50 ms`, percentile(gathered.latencies, 0.5), 1),
    atMost(plain(`${window}: p99 ms`, percentile(gathered.latencies, 0.99), 1), 30),
    atMost(plain(`${window}: CPU s per 15,000, publisher`, cpu(gathered.publisherCpu), 1), 5),
    plain(`${window}: CPU s per 15,000, Postgres`, cpu(gathered.postgresCpu), 1),
    plain('writers alone: CPU s per 15,000, Postgres', cpu(writers), 1),
  ];
};
