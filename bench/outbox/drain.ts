import { compareWithOutbox, type Comparison } from '../../testing/checker/compare.ts';
import { cpuSeconds } from './cpu.ts';
import type { Environment } from './environment.ts';
import { resetOutbox } from './fill.ts';
import { watchMemory, type Memory } from './memory.ts';
import { startPublisher } from './publisher.ts';
import { waitUntilInTopic, waitUntilMarked } from './wait-until-sent.ts';

export interface DrainPlan {
  /** The number of old, sent rows that the outbox holds besides the backlog. */
  history: number;
  /** The number of rows that will be sent. */
  rows: number;
  fill: (topic: string) => Promise<void>;
  /** Runs from the publisher's start until the signal aborts, which happens when `rows` messages are in the topic. */
  meanwhile?: (topic: string, drained: AbortSignal) => Promise<unknown>;
  /** The orders to check; absent: all. */
  keys?: ReadonlySet<string>;
  /** Settings of the publisher that differ from the usual ones. */
  settings?: Record<string, string>;
}

export interface Drain {
  eventsPerSecond: number;
  /** CPU seconds for 100,000 events. */
  publisherCpu: number;
  postgresCpu: number;
  memory: Memory;
  checked: Comparison;
}

/**
 * Measures how fast one publisher sends a backlog, from the first marked row to the last, and then checks each event.
 */
export const measureDrain = async (environment: Environment, plan: DrainPlan): Promise<Drain> => {
  const topic = await environment.newTopic();
  await resetOutbox(environment, plan.history);
  await plan.fill(topic);
  await environment.query('VACUUM ANALYZE loms.outbox');
  await environment.query('CHECKPOINT');
  const used = await runPublisher(environment, topic, plan);
  const [took] = await environment.query<{ rows: number; seconds: number }>(
    `SELECT count(*)::integer AS rows,
            extract(epoch FROM max(sent_at) - min(sent_at))::float8 AS seconds
       FROM loms.outbox WHERE topic = $1 AND sent_at IS NOT NULL`,
    [topic],
  );
  if (!took) throw new Error('nothing was sent');
  const databaseUrl = environment.adminUrl;
  return {
    eventsPerSecond: took.rows / took.seconds,
    publisherCpu: (used.publisherCpu * 100_000) / took.rows,
    postgresCpu: (used.postgresCpu * 100_000) / took.rows,
    memory: used.memory,
    checked: await compareWithOutbox({
      databaseUrl,
      brokers: environment.brokers,
      source: 'loms',
      topic,
      ...(plan.keys && { keys: plan.keys }),
    }),
  };
};

const runPublisher = async (environment: Environment, topic: string, plan: DrainPlan) => {
  const postgresBefore = await cpuSeconds(environment.postgresPid);
  const publisher = await startPublisher(environment, plan.settings);
  const publisherBefore = await cpuSeconds(publisher.pid);
  const watch = watchMemory(publisher.pid);
  const drained = new AbortController();
  const meanwhile = plan.meanwhile?.(topic, drained.signal);
  await waitUntilInTopic(environment, topic, plan.rows).finally(() => drained.abort());
  await meanwhile;
  await waitUntilMarked(environment);
  const publisherCpu = (await cpuSeconds(publisher.pid)) - publisherBefore;
  const postgresCpu = (await cpuSeconds(environment.postgresPid)) - postgresBefore;
  const memory = await watch.stop();
  await publisher.stop();
  return { publisherCpu, postgresCpu, memory };
};
