import { setTimeout as sleep } from 'node:timers/promises';
import { toDatabaseError } from '#platform/database/errors.ts';
import type { Pool } from '#platform/database/pool.ts';
import { SendError } from '#platform/messaging/kafka/send-error.ts';
import type { OneLifeProducer } from './usecases/sender.ts';

/**
 * Makes a share of the publisher's steps fail, to show that none of its guarantees depends on them
 * succeeding.
 */
export interface Chaos {
  /** A pool whose statements may fail. */
  breakPool: (pool: Pool) => Pool;
  /** A producer whose sends may fail. */
  breakProducer: (producer: OneLifeProducer) => OneLifeProducer;
}

export interface ChaosOptions {
  /** From 0, nothing fails, to 1. */
  share: number;
  /** From 0 to below 1. */
  random: () => number;
}

const mostDelayMs = 300;

/**
 * Of the steps that are chosen, a third fails before it is done, a third is done but its answer is lost, and
 * a third is delayed. The errors look like those of a broken network.
 */
export const createChaos = ({ share, random }: ChaosOptions): Chaos => {
  const breakAtRandom = async <T>(act: () => Promise<T>, fault: () => Error): Promise<T> => {
    if (random() >= share) return act();
    const kind = random() * 3;
    if (kind < 1) throw fault();
    if (kind < 2) await sleep(random() * mostDelayMs);
    const result = await act();
    if (kind >= 2) throw fault();
    return result;
  };
  if (share === 0) return { breakPool: (pool) => pool, breakProducer: (producer) => producer };
  return {
    breakPool: (pool) => {
      const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
      // only the overload that returns a promise is used here
      pool.query = ((...args: unknown[]) =>
        breakAtRandom(() => query(...args), connectionLost)) as unknown as Pool['query'];
      return pool;
    },
    breakProducer: ({ send, close }) => ({
      send: (parts, deadlineMs) => breakAtRandom(() => send(parts, deadlineMs), answerLost),
      close,
    }),
  };
};

const connectionLost = () =>
  toDatabaseError(new Error('Connection terminated by OUTBOX_CHAOS')) as Error;

const answerLost = () => new SendError('away', 'connection', 'answer lost by OUTBOX_CHAOS');
