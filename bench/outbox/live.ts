import { compareWithOutbox, type Comparison } from '../../testing/checker/compare.ts';
import { readTopic } from '../../testing/checker/read-topic.ts';
import { cpuSeconds } from './cpu.ts';
import type { Environment } from './environment.ts';
import { resetOutbox } from './fill.ts';
import { startPublisher } from './publisher.ts';
import { readWallClock } from './wall-clock.ts';
import { waitUntilMarked } from './wait-until-sent.ts';
import { runWriters } from './writers.ts';

export interface LivePlan {
  history: number;
  perSecond: number;
  events: number;
  coalesceMs: number;
  /** Settings of the publisher that differ from the usual ones. */
  settings?: Record<string, string>;
}

export interface Live {
  /** Milliseconds from the answer to COMMIT to the broker's timestamp, each ± 0.5. */
  latencies: number[];
  /** CPU seconds for all events together. */
  publisherCpu: number;
  postgresCpu: number;
  checked: Comparison;
}

// the broker's timestamp is truncated to whole milliseconds, so on average half a millisecond is missing
const cutOffMs = 0.5;

/** Four writers commit events one by one at a steady rate while one publisher sends them. */
export const measureLive = async (environment: Environment, plan: LivePlan): Promise<Live> => {
  const { brokers, adminUrl: databaseUrl } = environment;
  const topic = await environment.newTopic();
  await resetOutbox(environment, plan.history);
  await environment.query('VACUUM ANALYZE loms.outbox');
  await environment.query('CHECKPOINT');
  const settings = { PUBLISHER_COALESCE_MS: String(plan.coalesceMs), ...plan.settings };
  const publisher = await startPublisher(environment, settings);
  const publisherBefore = await cpuSeconds(publisher.pid);
  const postgresBefore = await cpuSeconds(environment.postgresPid);
  const committedMs = await writeAndNote(environment, plan, topic);
  await waitUntilMarked(environment);
  const publisherCpu = (await cpuSeconds(publisher.pid)) - publisherBefore;
  const postgresCpu = (await cpuSeconds(environment.postgresPid)) - postgresBefore;
  await publisher.stop();
  const latencies = (await readTopic(brokers, topic)).flatMap(({ id, timestampMs }) => {
    const committed = committedMs.get(id);
    return committed === undefined ? [] : [Math.max(0, timestampMs + cutOffMs - committed)];
  });
  const checked = await compareWithOutbox({ databaseUrl, brokers, source: 'loms', topic });
  return { latencies, publisherCpu, postgresCpu, checked };
};

/** The CPU seconds that Postgres uses for the writers' transactions alone, without a publisher. */
export const measureWriters = async (environment: Environment, plan: LivePlan): Promise<number> => {
  await resetOutbox(environment, plan.history);
  const before = await cpuSeconds(environment.postgresPid);
  await writeAndNote(environment, plan, 'bench.not-sent');
  return (await cpuSeconds(environment.postgresPid)) - before;
};

const writeAndNote = async (environment: Environment, plan: LivePlan, topic: string) => {
  const { perSecond, events } = plan;
  const committedMs = new Map<string, number>();
  const nowMs = readWallClock();
  const onCommit = (id: string) => committedMs.set(id, nowMs());
  await runWriters(environment, { topic, perSecond, events, onCommit });
  return committedMs;
};
