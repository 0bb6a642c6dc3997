import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../outbox/environment.ts';
import { requestOf } from './measure.ts';
import { openProducer } from './senders.ts';

// a lease and a renewal: then whoever takes over fences off the one that died
const takeOverMs = 6_000;
const pauseMs = 20;

/**
 * How long a reader of what is committed hears nothing, in seconds, when one of two publishers dies between
 * its request and the commit, while the other goes on.
 */
export const measureSilence = async (environment: Environment, inTransactions: boolean) => {
  const { kafka } = environment;
  const topic = await environment.newTopic();
  const idOf = (name: string) => (inTransactions ? `${topic}-${name}` : undefined);
  const [dying, living] = [
    await openProducer(kafka, idOf('dying')),
    await openProducer(kafka, idOf('living')),
  ];
  const reader = kafka.consumer({ groupId: topic, maxWaitTimeInMs: 100 });
  const heardMs: number[] = [];
  await reader.connect();
  await reader.subscribe({ topic });
  await reader.run({ eachBatch: () => Promise.resolve(void heardMs.push(performance.now())) });

  const say = async (forMs: number) => {
    for (const endMs = performance.now() + forMs; performance.now() < endMs;) {
      const to = inTransactions ? await living.transaction() : living;
      await to.send({ topic, acks: -1, messages: requestOf(0, 10) });
      if ('commit' in to) await to.commit();
      await sleep(pauseMs);
    }
  };
  await say(2_000);
  const from = heardMs.length;
  const last = inTransactions ? await dying.transaction() : dying;
  await last.send({ topic, acks: -1, messages: requestOf(0, 100) });
  await say(takeOverMs);
  const fence = await openProducer(kafka, idOf('dying'));
  if (inTransactions) await fence.transaction();
  await say(2_000);
  await reader.disconnect();
  await Promise.all([dying, living, fence].map((producer) => producer.disconnect()));
  const heard = heardMs.slice(Math.max(0, from - 1));
  return Math.max(...heard.slice(1).map((ms, i) => ms - (heard[i] ?? ms))) / 1_000;
};
