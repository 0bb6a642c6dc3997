import { formatTable } from '../../tools/demo/table.ts';
import { median, percentile } from '../outbox/statistics.ts';
import { dateAndMachine } from '../report-figures.ts';
import type { Comparison, Result } from './compare-peers.ts';
import type { Drain } from './measure-drain.ts';
import type { Live } from './measure-live.ts';
import type { Options } from './options.ts';

const head = [
  ...['', 'drain', '× raw', 'CPU relay', 'CPU PG', 'MiB'],
  ...[
    'live p50',
    'p99',
    'at',
    'live CPU relay',
    'live CPU PG',
    '-9: lost',
    'disorder',
    'again',
    'flow after',
  ],
];

/** The table of results, with a row for each relay. */
export const tableOf = ({ results, raw }: Comparison): string => {
  const rawRate = median(raw.drains.map((one) => one.eventsPerSecond));
  const rawLine = [
    'raw kafkajs producer',
    number(rawRate),
    '1',
    number(median(raw.drains.map((one) => one.cpuPer100k)), 2),
    ...['-', '-', ...latencyCells(raw.latencies), '500/s', ...Array<string>(6).fill('-')],
  ];
  const writersLine = ['the writers alone', ...Array<string>(7).fill('-'), '500/s', '-'];
  writersLine.push(number(raw.writersCpu, 1), ...Array<string>(4).fill('-'));
  const lines = results.map((result) => lineOf(result, rawRate));
  return formatTable([head, rawLine, writersLine, ...lines]);
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
    ...liveCpuOf(live).map((value) => number(value, 1)),
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

const namesInReadme: Readonly<Record<string, string>> = {
  'naive loop': 'a loop as in tutorials, poll 1 s',
  Debezium: 'Debezium outbox router, as it comes',
  'Debezium, tuned': 'Debezium outbox router, tuned',
};

/** The table for README.md, the fastest relay first, without relays that could not be measured. */
export const readmeTableOf = ({ results }: Comparison): string => {
  const lines = results
    .filter(({ drains, crash }) => drains.length > 0 && crash)
    .map((result) => ({ result, rate: median(result.drains.map((one) => one.eventsPerSecond)) }))
    .toSorted((a, b) => b.rate - a.rate)
    .map(({ result, rate }) => readmeLineOf(result, rate));
  return [readmeHead, readmeHead.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
};

const readmeLineOf = ({ peer, drains, live, crash }: Result, rate: number): string[] => {
  const pick = (value: (drain: Drain) => number) => median(drains.map(value));
  const both = ([relay, postgres]: readonly [number, number]) =>
    `${number(relay, 1)} + ${number(postgres, 1)}`;
  const grouped = (value: number) => Math.round(value).toLocaleString('en');
  return [
    namesInReadme[peer.name] ?? peer.name,
    grouped(rate),
    both([pick((drain) => drain.relayCpu), pick((drain) => drain.postgresCpu)]),
    grouped(Math.max(...drains.map((drain) => drain.peakMemory))),
    `${latencyCells(live?.latencies ?? []).join(' / ')} at ${live?.perSecond}/s`,
    both(liveCpuOf(live)),
    `${crash?.lost} / ${crash?.outOfOrder}`,
  ];
};

const liveCpuOf = (live: Live | undefined): readonly [number, number] =>
  live ? [live.relayCpu, live.postgresCpu] : [NaN, NaN];

const readmeHead = [
  ...['relay', 'drain, events/s', 'CPU s per 100,000: relay + Postgres', 'memory, MiB'],
  ...['commit → Kafka p50 / p99, ms', 'CPU s per 100,000 live: relay + Postgres'],
  'kill -9: lost / out of order',
];

/** Explains the figures and how each peer was configured. */
export const notesOf = ({ results }: Comparison, options: Options): string => {
  const lines = [
    `${dateAndMachine()}. Everything on one machine, each relay on a Postgres and a Kafka of its own.`,
    '',
    `- drain: events a second, first append to last, of ${options.rows} rows of 1,000 orders that were there before, each written in a transaction of its own (a, c: medians of ${options.rounds}, in turns; the slow ones once, with fewer rows: see below). Starting is not counted.`,
    '- CPU: seconds per 100,000 events, in the same time, of the relay (a JVM too) and of Postgres, each with all processes that it has started. Kafka’s own is not counted: it gets the same from all. MiB: the most memory that the relay held.',
    `- live: from the answer to COMMIT (raw: from the send) to the broker's time stamp (raw: to the answer), ms; four writers for ${options.seconds} s after 3 s of warm-up, at a rate that the relay can follow; CPU seconds per 100,000 events of that, Postgres’s with what the writers ask of it (alone: as in their line).`,
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
