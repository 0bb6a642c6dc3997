// `make bench-outbox`: one publisher against a raw kafkajs producer, in one run, on servers of its own.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { compareWithOutbox } from '../e2e/checker/compare.ts';
import { formatTable } from '../e2e/demo/table.ts';
import { measureDrain, type Drain } from './outbox/drain.ts';
import { openEnvironment, topic, type Environment } from './outbox/environment.ts';
import { measureLive } from './outbox/live.ts';
import { measureRawDrain, measureRawLive, type RawDrain } from './outbox/run-raw.ts';
import { median, percentile } from './outbox/statistics.ts';

const rows = 200_000;
const rounds = 3;
const live = { perSecond: 500, seconds: 20 };

const measure = async (environment: Environment): Promise<string> => {
  const drains: Drain[] = [];
  const raws: RawDrain[] = [];
  for (let round = 0; round < rounds; round += 1) {
    console.log(
      `round ${round + 1} of ${rounds}: raw producer, then the publisher, ${rows} events each …`,
    );
    raws.push(await measureRawDrain(environment, rows));
    drains.push(await measureDrain(environment, rows, round));
  }
  console.log(`live load: ${live.perSecond} events/s for ${live.seconds} s, each way …`);
  const rawLive = await measureRawLive(environment, live.perSecond, live.seconds);
  const ours = await measureLive(environment, live.perSecond, live.seconds);
  console.log('checking every event …');
  const checked = await compareWithOutbox({
    ...{ databaseUrl: environment.adminUrl, brokers: environment.brokers, source: 'loms', topic },
  });

  const drain = (pick: (one: Drain) => number) => median(drains.map(pick));
  const raw = (pick: (one: RawDrain) => number) => median(raws.map(pick));
  const rate = drain((one) => one.eventsPerSecond);
  const rawRate = raw((one) => one.eventsPerSecond);
  return formatTable([
    ['', 'publisher', 'raw producer', 'ratio'],
    ['drain, events/s', rate.toFixed(0), rawRate.toFixed(0), (rate / rawRate).toFixed(2)],
    [
      'CPU s per 100,000, process',
      drain((one) => one.publisherCpuPer100k).toFixed(2),
      raw((one) => one.cpuPer100k).toFixed(2),
      '',
    ],
    ['CPU s per 100,000, Postgres', drain((one) => one.postgresCpuPer100k).toFixed(2), '-', ''],
    [
      'live, commit (raw: send) to append, p50 ms',
      percentile(ours.latencies, 0.5).toFixed(1),
      percentile(rawLive, 0.5).toFixed(1),
      '',
    ],
    [
      'live, p99 ms',
      percentile(ours.latencies, 0.99).toFixed(1),
      percentile(rawLive, 0.99).toFixed(1),
      '',
    ],
    ['live, CPU s per 100,000', ours.publisherCpuPer100k.toFixed(1), '-', ''],
    ['events checked', checked.expected, '', ''],
    ['lost', checked.lost, '', ''],
    ['out of order', checked.violations.length, '', ''],
    ['delivered again', checked.duplicates, '', ''],
  ]);
};

const environment = await openEnvironment();
try {
  const table = await measure(environment);
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  const notes =
    `${new Date().toISOString().slice(0, 10)}, ${machine}, everything on one machine. Drain: medians of ${rounds}, ` +
    `${rows} rows of 1,000 orders, 9 headers. Live: ${live.perSecond} events/s for ${live.seconds} s, four writers.`;
  console.log(`\n${table}\n\n${notes}`);
  await mkdir('bench/results', { recursive: true });
  await writeFile(
    'bench/results/outbox.md',
    `# bench-outbox\n\n${notes}\n\n\`\`\`\n${table}\n\`\`\`\n`,
  );
} finally {
  await environment.close();
}
