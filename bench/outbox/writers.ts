import { setTimeout as sleep } from 'node:timers/promises';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import { openWakeUp } from '#platform/database/wake-up.ts';
import { logger, type Environment } from './environment.ts';

export interface Writing {
  topic: string;
  /** The rate of all writers together. */
  perSecond: number;
  /** Stops after so many events of all writers together. */
  events?: number;
  /** The longest time in ms for which a transaction stays open after its insert, so that rows commit out of order. */
  holdMs?: number;
  onCommit?: (id: string) => void;
  signal?: AbortSignal;
}

const writers = 4;
const ordersEach = 100;

/** Four writers commit events one by one at a steady rate, each for orders of its own. */
export const runWriters = async (environment: Environment, writing: Writing): Promise<void> => {
  const url = environment.urlFor('loms');
  const pool = openPool({ url, applicationName: 'bench', logger, max: writers });
  const wakeUp = openWakeUp({ url, schema: 'loms', logger });
  const onCommit = (id: string) => {
    writing.onCommit?.(id);
    wakeUp.signal();
  };
  const each = { ...writing, pool, onCommit };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(each, writer))).finally(
    () => Promise.all([pool.end(), wakeUp.close()]),
  );
};

type OneWriting = Writing & { pool: Pool; onCommit: (id: string) => void };

const write = async (writing: OneWriting, writer: number): Promise<void> => {
  const { pool, topic, perSecond, events = Infinity, holdMs = 0, onCommit, signal } = writing;
  const pauseMs = (1_000 * writers) / perSecond;
  const startedMs = performance.now();
  for (let i = 0; i < events / writers && !signal?.aborted; i += 1) {
    await sleep(Math.max(0, startedMs + i * pauseMs - performance.now()));
    const orderId = 9_000_000 + writer * ordersEach + (i % ordersEach);
    const event = toEvent(topic, orderId, 1 + Math.floor(i / ordersEach));
    await withTransaction(pool, async (tx) => {
      await appendToOutbox(tx, 'loms', [event]);
      if (holdMs > 0) await sleep(Math.random() * holdMs);
    });
    onCommit(event.id);
  }
};

const toEvent = (topic: string, orderId: number, sequence: number) => {
  const id = newId();
  const createdAt = new Date();
  return {
    id,
    topic,
    key: String(orderId),
    sequence: BigInt(sequence),
    createdAt,
    eventType: 'loms.v1.OrderStatusChanged',
    payload: JSON.stringify({ event_id: id, order_id: orderId, status: 'new', sequence }),
    headers: {},
  };
};
