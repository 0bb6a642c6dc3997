import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import type { Fault } from '../fault.ts';
import { topic } from '../loms/rig.ts';

type Hold = (client: Client) => Promise<void>;
type Held = Pick<Fault, 'begin' | 'run'>;

/** Holds a transaction that only has a snapshot, which keeps Postgres from removing dead rows. */
export const createHeldSnapshot = (seconds: number): Fault => ({
  name: 'held-snapshot',
  title: `a snapshot held for ${seconds} s, from the beginning, beside the faults above`,
  ...heldFor(seconds, holdSnapshot),
});

/** Holds a transaction that has inserted a row and commits much later than its neighbours. */
export const createHeldWriter = (seconds: number, beginsBefore: string): Fault => ({
  name: 'held-writer',
  title: `a writing transaction held for ${seconds} s, beside the faults of connections only`,
  beginsBefore,
  ...heldFor(seconds, insertEvent),
});

const heldFor = (seconds: number, hold: Hold): Held => {
  let open: { client: Client; sinceMs: number } | undefined;
  const begin: Fault['run'] = async ({ rig }) => {
    const client = new Client({ connectionString: rig.databaseUrl });
    // when a run is stopped early, the server ends before this connection
    client.on('error', () => undefined);
    await client.connect();
    await hold(client);
    open = { client, sinceMs: performance.now() };
  };
  return {
    begin: (scene) => begin(scene, seconds),
    run: async (scene) => {
      if (open === undefined) await begin(scene, seconds);
      if (open === undefined) return;
      const { client, sinceMs } = open;
      open = undefined;
      await scene.pause(Math.max(0, seconds - (performance.now() - sinceMs) / 1_000));
      await client.query('COMMIT');
      await client.end();
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
