import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { createLogger } from '#platform/base/logger.ts';
import { hasUnsentUpTo } from './requeued.ts';
import { openPublisherPool } from './pool.ts';
import { openTestPool, patience } from '../../../testing/test-pool.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
let admin: Pool;
let pool: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  const url = database.urlFor('publisher');
  admin = openTestPool(database.adminUrl);
  pool = openPublisherPool({ url, id: 'test', connections: 2, logger, ...patience });
  // in bucket 7: sent, FAILED, waiting, and one that is to be sent; in bucket 8 the same
  await admin.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT id, 't', 'k', n, 'T', '{}', '{}', 7 + (n - 1) / 4, clock_timestamp()
       FROM unnest($1::uuid[]) WITH ORDINALITY AS ids (id, n)`,
    [Array.from({ length: 8 }, newId)],
  );
  await admin.query(
    `UPDATE loms.outbox SET sent_at = clock_timestamp(), status = 'COMPLETED' WHERE sequence IN (1, 5);
     UPDATE loms.outbox SET error = 'message-too-large', status = 'FAILED' WHERE sequence IN (2, 6);
     UPDATE loms.outbox SET is_waiting = true WHERE sequence IN (3, 7)`,
  );
});
afterAll(() => Promise.all([admin.end(), pool.end()]));

const seqOf = async (bucket: number): Promise<bigint> => {
  const text = `SELECT min(seq) AS seq FROM loms.outbox
    WHERE bucket = $1 AND sent_at IS NULL AND error IS NULL AND NOT is_waiting`;
  const { rows } = await admin.query<{ seq: bigint }>(text, [bucket]);
  return rows[0]?.seq ?? 0n;
};

test('only what is to be sent counts, up to the seq of its own bucket', async () => {
  const has = hasUnsentUpTo(pool, 'loms');
  const [first, second] = [await seqOf(7), await seqOf(8)];
  const ask = (...seqs: [number, bigint][]) =>
    has(new Map(seqs.map(([bucket, seq]) => [bucket, seq.toString()])));
  expect(await ask([7, first - 1n], [8, second - 1n], [9, 999n])).toBe(false);
  expect(await ask([7, first - 1n], [8, second])).toBe(true);
  expect(await ask([7, first])).toBe(true);
  expect(await ask()).toBe(false);
});
