import { cpuSeconds } from '../outbox/cpu.ts';
import { fillOutboxOneByOne } from '../outbox/fill.ts';
import { watchMemory } from '../outbox/memory.ts';
import { checkTopic, type Verdict } from './check.ts';
import { followTopic } from './follow-topic.ts';
import type { Station } from './station.ts';

export interface Drain {
  rows: number;
  /** The number of messages that came before the time was up; at least `rows` when the relay finished. */
  appended: number;
  eventsPerSecond: number;
  /** CPU seconds for 100,000 events. */
  relayCpu: number;
  postgresCpu: number;
  /** The relay's peak memory in MiB. */
  peakMemory: number;
  checked?: Verdict;
}

const limitMs = 60_000;

/**
 * Measures a backlog that existed before the relay started: events a second from the first message to the last, and
 * what relay and Postgres used in that time. The start is not counted. Rows of earlier measurements stay as history.
 */
export const measureDrain = async (
  { environment, relay }: Station,
  { rows, isChecked }: { rows: number; isChecked: boolean },
): Promise<Drain> => {
  await relay.pause();
  const topic = await environment.newTopic();
  await fillOutboxOneByOne(environment, { topic, rows });
  await environment.query('VACUUM ANALYZE loms.outbox');
  await environment.query('CHECKPOINT');
  const end = followTopic(environment, topic);
  const readCpu = () => Promise.all([relay.pid(), environment.postgresPid].map(cpuSeconds));
  const firstLook = end.atLeast(1, limitMs);
  await relay.start();
  const memory = watchMemory(relay.pid());
  const first = await firstLook;
  const [relayBefore = NaN, postgresBefore = NaN] = await readCpu();
  const last = await end.atLeast(rows, limitMs);
  const [relayAfter = NaN, postgresAfter = NaN] = await readCpu();
  const { peak: peakMemory } = await memory.stop();
  await relay.pause();
  const events = last.count - first.count;
  return {
    rows,
    peakMemory,
    appended: last.count,
    eventsPerSecond: (events * 1_000) / (last.atMs - first.atMs),
    relayCpu: ((relayAfter - relayBefore) * 100_000) / events,
    postgresCpu: ((postgresAfter - postgresBefore) * 100_000) / events,
    ...(isChecked && { checked: await checkTopic(environment, topic) }),
  };
};
