import { fillOutbox } from '../outbox/fill.ts';
import { runWriters } from '../outbox/writers.ts';
import { checkTopic, type Verdict } from './check.ts';
import { followTopic } from './follow-topic.ts';
import type { Station } from './station.ts';

export interface Crash extends Verdict {
  /** From the start after the kill to the next event appended. */
  secondsToFlow: number;
}

const limitMs = 60_000;
// of each writer's transaction: rows commit in another order than they were inserted
const holdMs = 5;

/**
 * kill -9 in the middle of a drain with four writers at work, and a start right after it. Then all that
 * stands in the topic is held against the outbox.
 */
export const measureCrash = async (
  { environment, relay }: Station,
  { rows, perSecond }: { rows: number; perSecond: number },
): Promise<Crash> => {
  await relay.pause();
  const topic = await environment.newTopic();
  await fillOutbox(environment, { topic, rows });
  const end = followTopic(environment, topic);
  let written = 0;
  const enough = new AbortController();
  const writing = runWriters(environment, {
    topic,
    perSecond,
    holdMs,
    signal: enough.signal,
    onCommit: () => (written += 1),
  });
  try {
    await relay.start();
    await end.atLeast(Math.floor(rows * 0.4), limitMs);
    await relay.kill();
    const atKill = await end.count();
    const startedMs = performance.now();
    const flow = end.atLeast(atKill + 1, limitMs);
    await Promise.all([relay.start(), flow]);
    const secondsToFlow = ((await flow).atMs - startedMs) / 1_000;
    await end.atLeast(Math.floor(rows * 0.8), limitMs);
    enough.abort();
    await writing;
    await end.settled(rows + written);
    const verdict = await checkTopic(environment, topic);
    if (verdict.lost === 0) return { ...verdict, secondsToFlow };
    // duplicates made the count reach its goal early: what is still missing after a while is lost
    await end.settled(Infinity);
    return { ...(await checkTopic(environment, topic)), secondsToFlow };
  } finally {
    enough.abort();
    await writing.catch(() => undefined);
  }
};
