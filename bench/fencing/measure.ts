import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../outbox/environment.ts';
import { toMessage, type BenchMessage } from './messages.ts';
import type { OpenSender, Sender } from './senders.ts';

const warmUpRequests = 10;

interface Measured {
  environment: Environment;
  open: OpenSender;
}

const withSender = async <T>(
  { environment, open }: Measured,
  work: (sender: Sender) => Promise<T>,
): Promise<T> => {
  const sender = await open(environment.kafka, await environment.newTopic());
  try {
    for (let i = 0; i < warmUpRequests; i += 1) await sender.send(requestOf(i * 100, 100));
    return await work(sender);
  } finally {
    await sender.close();
  }
};

export const requestOf = (from: number, count: number): BenchMessage[] =>
  Array.from({ length: count }, (_, i) => toMessage(from + i));

/** Messages a second, one request of `size` after the other. */
export const measureSends = (measured: Measured, total: number, size: number) =>
  withSender(measured, async (sender) => {
    const requests = Array.from({ length: total / size }, (_, n) => requestOf(n * size, size));
    const startedMs = performance.now();
    for (const request of requests) await sender.send(request);
    return total / ((performance.now() - startedMs) / 1_000);
  });

/**
 * Milliseconds from a message's moment to its acknowledgement, at a steady rate: as in the publisher one
 * request is under way, and the next takes all that has come meanwhile.
 */
export const measureLiveSends = (measured: Measured, perSecond: number, seconds: number) =>
  withSender(measured, async (sender) => {
    const count = perSecond * seconds;
    const dueMs = (i: number) => startedMs + (i * 1_000) / perSecond;
    const latencies: number[] = [];
    const startedMs = performance.now();
    for (let next = 0; next < count;) {
      await sleep(Math.max(0, dueMs(next) - performance.now()));
      let end = next;
      while (end < count && dueMs(end) <= performance.now()) end += 1;
      if (end === next) continue;
      await sender.send(requestOf(next, end - next));
      for (; next < end; next += 1) latencies.push(performance.now() - dueMs(next));
    }
    return latencies;
  });
