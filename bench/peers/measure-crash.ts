import { fillOutbox } from '../outbox/fill.ts';
import { runWriters } from '../outbox/writers.ts';
import { checkTopic, type Verdict } from './check.ts';
import { followTopic } from './follow-topic.ts';
import type { Station } from './station.ts';

export interface Crash extends Verdict {
  /** Seconds from the restart after the kill to the next event in the topic. */
  secondsToFlow: number;
}

const limitMs = 60_000;
// how long each writer's transaction stays open, so that rows commit in another order than they were inserted
const holdMs = 5;

/**
 * Kills the relay with SIGKILL in the middle of a drain with four writers at work, and restarts it at once. Then the
 * topic is compared with the outbox.
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
    // Duplicates made the count reach its goal early. What is still missing once the topic has settled is lost.
    await end.settled(Infinity);
    return { ...(await checkTopic(environment, topic)), secondsToFlow };
  } finally {
    enough.abort();
    await writing.catch(() => undefined);
  }
};
