import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../outbox/environment.ts';

export interface Look {
  count: number;
  atMs: number;
}

/** Follows the end of a topic, which works the same way for every relay. */
export interface TopicEnd {
  count(): Promise<number>;
  /**
   * Resolves with the first look that finds at least so many messages, or with the last one before the time is up.
   */
  atLeast(wanted: number, limitMs: number): Promise<Look>;
  /** Waits for so many messages, or until none has come for longer than any of the peers pauses. */
  settled(wanted: number): Promise<void>;
}

const intervalMs = 20;
// longer than the 5 s for which one of the peers locks what it works on
const quietMs = 7_000;
const limitMs = 30_000;

export const followTopic = (environment: Environment, topic: string): TopicEnd => {
  const count = () => environment.countMessages(topic);
  return {
    count,
    atLeast: async (wanted, limit) => {
      const deadline = performance.now() + limit;
      for (;;) {
        const look = { count: await count(), atMs: performance.now() };
        if (look.count >= wanted || look.atMs > deadline) return look;
        await sleep(intervalMs);
      }
    },
    settled: async (wanted) => {
      let last = { count: -1, atMs: 0 };
      for (const startedMs = performance.now(); performance.now() - startedMs < limitMs;) {
        const now = { count: await count(), atMs: performance.now() };
        if (now.count !== last.count) last = now;
        if (now.count >= wanted || now.atMs - last.atMs > quietMs) return;
        await sleep(intervalMs);
      }
    },
  };
};
