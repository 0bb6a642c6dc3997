import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { newId } from '#platform/ids.ts';
import { bucketOf } from '#platform/outbox/bucket.ts';
import type { Fault } from '../fault.ts';
import { topic } from '../rig.ts';

/**
 * Two transactions that stay open beside everything else: one that only holds a snapshot, so that nothing
 * dead can be cleared away, and one that has inserted a row and commits it much later than its neighbours.
 */
export const createHeldFault = (seconds: number): Fault => {
  const open: { client: Client; sinceMs: number }[] = [];
  return {
    name: 'held-transactions',
    title: `a snapshot and a writing transaction held for ${seconds} s, beside the faults above`,
    begin: async ({ rig }) => {
      for (const first of [holdSnapshot, insertEvent]) {
        const client = new Client({ connectionString: rig.databaseUrl });
        // when the run is stopped in the middle the server goes first
        client.on('error', () => undefined);
        await client.connect();
        await first(client);
        open.push({ client, sinceMs: performance.now() });
      }
    },
    run: async ({ pause }) => {
      for (const { client, sinceMs } of open.splice(0)) {
        await pause(Math.max(0, seconds - (performance.now() - sinceMs) / 1_000));
        await client.query('COMMIT');
        await client.end();
      }
    },
  };
};

const holdSnapshot = async (client: Client): Promise<void> => {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT count(*) FROM loms.outbox');
};

const insertEvent = async (client: Client): Promise<void> => {
  const key = `held-${randomUUID()}`;
  await client.query('BEGIN');
  await client.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     VALUES ($1, $2, $3, 1, 'loms.v1.OrderStatusChanged', '{"status": "new"}', '{}', $4, clock_timestamp())`,
    [newId(), topic, key, bucketOf(key)],
  );
};
