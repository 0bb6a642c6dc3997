import { setTimeout as sleep } from 'node:timers/promises';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/ids.ts';
import { appendToOutbox } from '#platform/outbox/insert.ts';
import { openWakeUp, type WakeUp } from '#platform/outbox/wake-up.ts';
import { readTopic } from '../../e2e/checker/read-topic.ts';
import { cpuSeconds } from './cpu.ts';
import { logger, topic, type Environment } from './environment.ts';
import { startPublisher, waitUntilSent } from './publisher.ts';

export interface Live {
  events: number;
  /** From the answer to COMMIT to the broker's time stamp; whole milliseconds. */
  latencies: number[];
  publisherCpuPer100k: number;
}

const writers = 4;

/** Four writers commit events one by one at a steady rate while one publisher sends them. */
export const measureLive = async (
  environment: Environment,
  perSecond: number,
  seconds: number,
): Promise<Live> => {
  const url = environment.urlFor('loms');
  const pool = openPool({ url, applicationName: 'bench', logger, max: writers });
  const wakeUp = openWakeUp({ url, schema: 'loms', logger });
  const publisher = await startPublisher(environment);
  const cpuBefore = await cpuSeconds(publisher.pid);
  const committedMs = new Map<string, number>();
  const one = { pool, wakeUp, committedMs, perSecond, seconds };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(one, writer)));
  await waitUntilSent(environment, 10_000);
  const cpu = (await cpuSeconds(publisher.pid)) - cpuBefore;
  await publisher.stop();
  await Promise.all([pool.end(), wakeUp.close()]);
  const appended = await readTopic(environment.brokers, topic);
  const latencies = appended.flatMap(({ id, timestampMs }) => {
    const committed = committedMs.get(id);
    return committed === undefined ? [] : [Math.max(0, timestampMs - committed)];
  });
  const events = committedMs.size;
  return { events, latencies, publisherCpuPer100k: (cpu * 100_000) / events };
};

interface Writing {
  pool: Pool;
  wakeUp: WakeUp;
  committedMs: Map<string, number>;
  perSecond: number;
  seconds: number;
}

const write = async (writing: Writing, writer: number): Promise<void> => {
  const { pool, wakeUp, committedMs, perSecond, seconds } = writing;
  const pauseMs = (1_000 * writers) / perSecond;
  const startedMs = performance.now();
  for (let i = 0; i < (perSecond * seconds) / writers; i += 1) {
    await sleep(Math.max(0, startedMs + i * pauseMs - performance.now()));
    const event = toEvent(9_000_000 + writer * 100 + (i % 100), 1 + Math.floor(i / 100));
    await withTransaction(pool, (tx) => appendToOutbox(tx, 'loms', [event]));
    committedMs.set(event.id, Date.now());
    wakeUp.signal();
  }
};

const toEvent = (orderId: number, sequence: number) => {
  const id = newId();
  const createdAt = new Date();
  return {
    ...{ id, topic, key: String(orderId), sequence: BigInt(sequence), createdAt },
    eventType: 'loms.v1.OrderStatusChanged',
    payload: JSON.stringify({ event_id: id, order_id: orderId, status: 'new', sequence }),
    headers: {},
  };
};
