import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool } from '#platform/database/pool.ts';
import { newId } from '#platform/base/ids.ts';
import { openTestPool } from '../../../testing/test-pool.ts';

const topic = 'loms.order-events';
const sentRows = 50_000;
let owner: Pool;
let ops: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  owner = openTestPool(database.urlFor('loms'));
  ops = openTestPool(database.urlFor('ops'), 1);
  await insert('sent', sentRows);
});
afterAll(() => Promise.all([owner.end(), ops.end()]));

type Statement = [text: string, values: unknown[]];
const columnsOf = {
  sent: `'COMPLETED', NULL, false, clock_timestamp() - interval '1 minute'`,
  failed: `'FAILED', 'message-too-large', false, NULL::timestamptz`,
  waiting: `'CREATED', NULL, true, NULL::timestamptz`,
};
/** Rows of 500 keys, every key in one of 64 buckets. */
const insert = async (state: keyof typeof columnsOf, count: number): Promise<string[]> => {
  const { rows } = await owner.query<{ id: string }>(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
       status, error, is_waiting, sent_at)
     SELECT uuidv7(), '${topic}', 'key-' || n % 500, 1 + n / 500, 'T', '{}', '{}', n % 500 % 64,
            clock_timestamp(), ${columnsOf[state]} FROM generate_series(0, ${count - 1}) n
     RETURNING id::text`,
  );
  return rows.map(({ id }) => id);
};
const touchedBy = async (text: string, values: unknown[]): Promise<number> => {
  const { rows } = await ops.query<Record<string, [{ Plan: Record<string, number> }]>>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
    values,
  );
  const plan = rows[0]!['QUERY PLAN']![0].Plan;
  return plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
};

const changesOf = (key: string, id: string): [Statement, Statement, Statement] => [
  ['SELECT * FROM loms.redrive_outbox($1, $2, $3)', [[topic], [key], []]],
  ["SELECT * FROM loms.discard_outbox($1, 'anna', 'wrong')", [id]],
  ['SELECT * FROM loms.replay_outbox($1, $2)', [[id], []]],
];
const failedAgain = "status = 'FAILED', error = 'message-too-large'";

// with the statistics of the sent rows, and (as after a night's load) with none
test.each(['no statistics', 'statistics'])(
  'a change touches its rows and not the history (%s)',
  async (known) => {
    await owner.query('DELETE FROM loms.outbox WHERE sent_at IS NULL');
    if (known === 'statistics') await owner.query('ANALYZE loms.outbox');
    const history = await owner.query<{ pages: number }>(
      `SELECT (sum(pg_relation_size(oid)) / 8192)::integer AS pages FROM pg_class
        WHERE relnamespace = 'loms'::regnamespace AND relispartition AND relkind = 'r'`,
    );
    const { pages } = history.rows[0]!;
    expect(pages).toBeGreaterThan(700);
    // a new connection reads the catalogue first
    for (const [text, values] of changesOf('none', newId())) await touchedBy(text, values);
    const [failed] = await insert('failed', 1);
    await insert('waiting', 3);
    const [redrive, discard, replay] = changesOf('key-0', failed!);
    expect(await touchedBy(...redrive)).toBeLessThan(pages / 2);
    await owner.query(`UPDATE loms.outbox SET ${failedAgain} WHERE id = $1`, [failed]);
    expect(await touchedBy(...discard)).toBeLessThan(pages / 2);
    expect(await touchedBy(...replay)).toBeLessThan(pages / 2);
  },
);
