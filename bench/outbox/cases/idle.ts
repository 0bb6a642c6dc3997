import { setTimeout as sleep } from 'node:timers/promises';
import { startProcess, type TestProcess } from '../../../testing/engines/process.ts';
import type { BenchCase } from '../bench.ts';
import { cpuSeconds } from '../cpu.ts';
import type { Environment } from '../environment.ts';
import { atMost, plain } from '../figures.ts';
import { startPublisher } from '../publisher.ts';

const seconds = 20;
// by then a process has done the work of its start
const settleSeconds = 5;

/** The CPU that a publisher, a notifier and Postgres use when nothing happens. */
export const idleCase: BenchCase = {
  name: 'idle',
  about: 'CPU of a publisher and a notifier that have nothing to do',
  run: async ({ environment, say }) => {
    const topic = await environment.newTopic();
    await environment.query('TRUNCATE loms.outbox');
    const publisher = await startPublisher(environment);
    const notifier = await startNotifier(environment, topic);
    const processes = [publisher.pid, notifier.pid, environment.postgresPid];
    const read = () => Promise.all(processes.map(cpuSeconds));
    await sleep(settleSeconds * 1_000);
    say(`${seconds} s without work`);
    const before = await read();
    await sleep(seconds * 1_000);
    const after = await read();
    await Promise.all([publisher.stop(), notifier.stop()]);
    const [ofPublisher, ofNotifier, ofPostgres] = after.map(
      (cpu, i) => (100 * (cpu - (before[i] ?? NaN))) / seconds,
    );
    return [
      atMost(plain('idle: % of a core, publisher', ofPublisher ?? NaN, 2), 1),
      atMost(plain('idle: % of a core, notifier', ofNotifier ?? NaN, 2), 1),
      plain('idle: % of a core, Postgres', ofPostgres ?? NaN, 2),
    ];
  },
};

const startNotifier = async (environment: Environment, topic: string): Promise<TestProcess> => {
  const notifier = startProcess({
    name: 'notifier',
    entry: 'services/notifier/main.ts',
    env: { KAFKA_BROKERS: environment.brokers, NOTIFIER_TOPIC: topic, HTTP_PORT: '0' },
  });
  await notifier.waitForLine((line) => line.includes('partitions assigned'));
  return notifier;
};
