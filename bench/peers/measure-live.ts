import { readTopic } from '../../testing/checker/read-topic.ts';
import { cpuSeconds } from '../outbox/cpu.ts';
import { readWallClock } from '../outbox/wall-clock.ts';
import { runWriters } from '../outbox/writers.ts';
import { followTopic } from './follow-topic.ts';
import type { Station } from './station.ts';

export interface Live {
  perSecond: number;
  /** Milliseconds from the answer to COMMIT to the broker's timestamp, each ± 0.5. */
  latencies: number[];
  /**
   * CPU seconds for 100,000 events. Those of Postgres include the writers' share, which is the same for all peers.
   */
  relayCpu: number;
  postgresCpu: number;
}

// meanwhile connections are opened and code is compiled
const warmUpMs = 3_000;
// the broker's timestamp is truncated to whole milliseconds, so on average half a millisecond is missing
const cutOffMs = 0.5;

/** Commits events one by one at a steady rate while the relay runs, after a warm-up. */
export const measureLive = async (
  { environment, relay }: Station,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Live> => {
  const topic = await environment.newTopic();
  // The relay is restarted because our publisher reads its manifest, with the new topic, when it starts.
  await relay.pause();
  await relay.start();
  const readCpu = () => Promise.all([relay.pid(), environment.postgresPid].map(cpuSeconds));
  const before = await readCpu();
  const committedMs = new Map<string, number>();
  const nowMs = readWallClock();
  const countedFromMs = nowMs() + warmUpMs;
  await runWriters(environment, {
    topic,
    perSecond,
    events: perSecond * (seconds + warmUpMs / 1_000),
    onCommit: (id) => committedMs.set(id, nowMs()),
  });
  await followTopic(environment, topic).settled(committedMs.size);
  const after = await readCpu();
  const per100k = (i: 0 | 1) =>
    (((after[i] ?? NaN) - (before[i] ?? NaN)) * 100_000) / committedMs.size;
  const latencies = (await readTopic(environment.brokers, topic)).flatMap(({ id, timestampMs }) => {
    const committed = committedMs.get(id);
    const isCounted = committed !== undefined && committed >= countedFromMs;
    return isCounted ? [Math.max(0, timestampMs + cutOffMs - committed)] : [];
  });
  return { perSecond, latencies, relayCpu: per100k(0), postgresCpu: per100k(1) };
};

/**
 * The CPU seconds for 100,000 events that Postgres spends on the writers alone. The rows that they wrote are removed
 * again.
 */
export const measureWriters = async (
  { environment, relay }: Station,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<number> => {
  await relay.pause();
  const topic = await environment.newTopic();
  const events = perSecond * seconds;
  const before = await cpuSeconds(environment.postgresPid);
  await runWriters(environment, { topic, perSecond, events });
  const after = await cpuSeconds(environment.postgresPid);
  await environment.query(`DELETE FROM loms.outbox WHERE topic = '${topic}'`);
  return ((after - before) * 100_000) / events;
};
