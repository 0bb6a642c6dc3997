import { formatTable } from '../../e2e/demo/table.ts';
import { median, percentile } from '../outbox/statistics.ts';
import { dateAndMachine } from '../report-figures.ts';
import type { Comparison, Result } from './compare-peers.ts';
import type { Drain } from './measure-drain.ts';
import type { Options } from './options.ts';

const head = [
  ...['', 'drain', '× raw', 'CPU relay', 'CPU PG', 'MiB'],
  ...['live p50', 'p99', 'at', 'live CPU', '-9: lost', 'disorder', 'again', 'flow after'],
];

/** The table, one line a relay. */
export const tableOf = ({ results, raw }: Comparison): string => {
  const rawRate = median(raw.drains.map((one) => one.eventsPerSecond));
  const rawLine = [
    'raw kafkajs producer',
    number(rawRate),
    '1',
    number(median(raw.drains.map((one) => one.cpuPer100k)), 2),
    ...['-', '-', ...latencyCells(raw.latencies), '500/s', ...Array<string>(5).fill('-')],
  ];
  const lines = results.map((result) => lineOf(result, rawRate));
  return formatTable([head, rawLine, ...lines]);
};

const lineOf = ({ peer, drains, live, crash }: Result, rawRate: number): string[] => {
  const pick = (value: (drain: Drain) => number) => median(drains.map(value));
  const rate = pick((drain) => drain.eventsPerSecond);
  return [
    peer.name,
    number(rate),
    number(rate / rawRate, rate / rawRate < 0.01 ? 4 : 2),
    number(
      pick((drain) => drain.relayCpu),
      2,
    ),
    number(
      pick((drain) => drain.postgresCpu),
      2,
    ),
    number(Math.max(...drains.map((drain) => drain.peakMemory))),
    ...latencyCells(live?.latencies ?? []),
    live ? `${live.perSecond}/s` : '-',
    number(live?.relayCpu ?? NaN, 1),
    ...(crash ? [crash.lost, crash.outOfOrder, crash.duplicates].map(String) : ['-', '-', '-']),
    crash ? `${crash.secondsToFlow.toFixed(1)} s` : '-',
  ];
};

const latencyCells = (latencies: readonly number[]): string[] => [
  number(percentile(latencies, 0.5), 1),
  number(percentile(latencies, 0.99), 1),
];

const number = (value: number, digits = 0): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '-';

/** What the figures mean and how each peer was set up. */
export const notesOf = ({ results }: Comparison, options: Options): string => {
  const lines = [
    `${dateAndMachine()}. Everything on one machine, each relay on a Postgres and a Kafka of its own.`,
    '',
    `- drain: events a second, first append to last, of ${options.rows} rows of 1,000 orders that were there before, each written in a transaction of its own (a, c: medians of ${options.rounds}, in turns; the slow ones once, with fewer rows: see below). Starting is not counted.`,
    '- CPU: seconds per 100,000 events, in the same time, the relay (a JVM too) and Postgres. MiB: the most memory that the relay held.',
    `- live: from the answer to COMMIT (raw: from the send) to the broker's time stamp (raw: to the answer), ms; four writers for ${options.seconds} s after 3 s of warm-up, at a rate that the relay can follow; CPU seconds per 100,000 events of that.`,
    '- -9: the relay is killed after 40 % of a backlog, four writers at work, and started again at once; then topic and outbox are compared: events lost, first deliveries out of order, events delivered again; seconds from that start to the next event.',
    '',
    ...results.map(
      ({ peer, drains, fault }) =>
        `- **${peer.letter} ${peer.name}**: ${detail(peer.settings, drains, fault)}`,
    ),
  ];
  return lines.join('\n');
};

const detail = (settings: string, drains: readonly Drain[], fault?: string): string => {
  const [first] = drains;
  const size = first ? ` Drained: ${first.rows} rows.` : '';
  const cut = first && first.appended < first.rows ? ` Only ${first.appended} in time.` : '';
  const checked = drains.at(-1)?.checked;
  const verdict = checked
    ? ` Checked: ${checked.lost} of ${checked.expected} lost, ${checked.outOfOrder} out of order.`
    : '';
  return settings + size + cut + verdict + (fault === undefined ? '' : ` Not measured: ${fault}`);
};
