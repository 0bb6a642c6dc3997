import type { Pool } from '#platform/database/pool.ts';
import { withTransaction, type Transaction } from '#platform/database/transaction.ts';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { appendToOutbox } from '#platform/messaging/outbox/insert.ts';
import { sleep } from '#platform/base/sleep.ts';
import { outcomeHeader } from './topic-log.ts';
import { maxMessageBytes, skippingTopic, source, topic } from './publisher.ts';
import { keyCount, type EventKind, type WriterStep } from './scenario.ts';

// two buckets, which two publishers would share, with several keys in each
const buckets = [7, 40];

const findKeys = (): string[] => {
  const keys: string[] = [];
  for (let n = 0; keys.length < keyCount; n += 1)
    if (bucketOf(`key-${n}`) === buckets[keys.length % buckets.length]) keys.push(`key-${n}`);
  return keys;
};

export const keys = findKeys();

/** Whether the key's events go to the topic in which a FAILED event blocks nobody; one key of each bucket does. */
export const isSkipping = (key: string): boolean => keys.indexOf(key) >= keyCount - buckets.length;

/** Creates the rows whose locks order the sequences of a key. */
export const createOrders = `CREATE TABLE loms.model_orders (key text PRIMARY KEY, sequence bigint NOT NULL);
  GRANT SELECT, INSERT, UPDATE, TRUNCATE ON loms.model_orders TO loms`;

/** The events that were committed, by id. */
export interface Written {
  readonly committed: Map<string, EventKind>;
}

interface Writer {
  pool: Pool;
  written: Written;
  onCommit: () => void;
}

class RolledBack extends Error {}

/** Runs the steps one after the other, each in a transaction of its own. */
export const runWriter = async (writer: Writer, steps: readonly WriterStep[]): Promise<void> => {
  for (const step of steps) {
    const ids = new Map<string, EventKind>();
    try {
      await withTransaction(writer.pool, (tx) => write(tx, step, ids));
      for (const [id, kind] of ids) writer.written.committed.set(id, kind);
      writer.onCommit();
    } catch (error) {
      if (!(error instanceof RolledBack)) throw error;
    }
  }
};

const write = async (tx: Transaction, step: WriterStep, ids: Map<string, EventKind>) => {
  for (const part of step.parts) {
    const key = keys[part.key] ?? '';
    const { rows } = await tx.client.query<{ sequence: bigint }>(
      'UPDATE loms.model_orders SET sequence = sequence + $2 WHERE key = $1 RETURNING sequence',
      [key, part.events.length],
    );
    const before = (rows[0]?.sequence ?? 0n) - BigInt(part.events.length);
    const events = part.events.map((kind, i) => toEvent(key, before + BigInt(i + 1), kind));
    for (const [i, { id }] of events.entries()) ids.set(id, part.events[i] ?? 'plain');
    await appendToOutbox(tx, source, events);
    await sleep(part.waitMs);
  }
  if (!step.commits) throw new RolledBack();
};

const toEvent = (key: string, sequence: bigint, kind: EventKind) => ({
  id: newId(),
  topic: isSkipping(key) ? skippingTopic : topic,
  key,
  sequence,
  eventType: 'T',
  payload: JSON.stringify({ padding: kind === 'large' ? 'x'.repeat(maxMessageBytes) : '' }),
  headers: { [outcomeHeader]: kind },
  // This timestamp says nothing about the order, because writers' clocks differ.
  createdAt: new Date(Date.now() - Math.floor(Math.random() * 1_000)),
});
