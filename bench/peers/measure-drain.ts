import { cpuSeconds } from '../outbox/cpu.ts';
import { fillOutbox } from '../outbox/fill.ts';
import { watchMemory } from '../outbox/memory.ts';
import { checkTopic, type Verdict } from './check.ts';
import { followTopic } from './follow-topic.ts';
import type { Station } from './station.ts';

export interface Drain {
  rows: number;
  /** Messages that came before the time was up; `rows` or more when it is through. */
  appended: number;
  eventsPerSecond: number;
  /** CPU seconds for 100,000 events. */
  relayCpu: number;
  postgresCpu: number;
  /** The relay's, in MiB. */
  peakMemory: number;
  checked?: Verdict;
}

const limitMs = 60_000;

/**
 * A backlog that was there before the relay: events a second from the first appended to the last, and what
 * relay and Postgres spent on it. Starting up is not counted. Rows of earlier measurements stay as history.
 */
export const measureDrain = async (
  { environment, relay }: Station,
  { rows, isChecked }: { rows: number; isChecked: boolean },
): Promise<Drain> => {
  await relay.pause();
  const topic = await environment.newTopic();
  await fillOutbox(environment, { topic, rows });
  await environment.query('VACUUM ANALYZE loms.outbox');
  await environment.query('CHECKPOINT');
  const end = followTopic(environment, topic);
  const firstLook = end.atLeast(1, limitMs);
  const postgresBefore = await cpuSeconds(environment.postgresPid);
  await relay.start();
  const relayBefore = await cpuSeconds(relay.pid());
  const memory = watchMemory(relay.pid());
  const first = await firstLook;
  const last = await end.atLeast(rows, limitMs);
  const relayCpu = (await cpuSeconds(relay.pid())) - relayBefore;
  const postgresCpu = (await cpuSeconds(environment.postgresPid)) - postgresBefore;
  const { peak: peakMemory } = await memory.stop();
  await relay.pause();
  return {
    ...{ rows, peakMemory, appended: last.count },
    eventsPerSecond: ((last.count - first.count) * 1_000) / (last.atMs - first.atMs),
    relayCpu: (relayCpu * 100_000) / last.count,
    postgresCpu: (postgresCpu * 100_000) / last.count,
    ...(isChecked && { checked: await checkTopic(environment, topic) }),
  };
};
