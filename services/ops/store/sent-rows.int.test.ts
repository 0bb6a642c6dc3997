import { createTestDatabase } from '../../../testing/engines/database.ts';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import { openTestPool } from '../../../testing/test-pool.ts';
import type { ReplaySelection, SentRow } from '../usecases/replay.ts';
import { selectSentRows } from './sent-rows.ts';

const topic = 'loms.order-events';
const sentRows = 50_000;
const batch = 500;
let owner: Pool;
let touched = 0;

beforeAll(async () => {
  const database = await createTestDatabase();
  owner = openTestPool(database.urlFor('loms'));
  await owner.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
       status, sent_at)
     SELECT uuidv7(), '${topic}', 'key-' || n % 500, 1 + n / 500, 'T', '{}', '{}', n % 500 % 64,
            clock_timestamp(), 'COMPLETED', clock_timestamp() - interval '1 minute'
       FROM generate_series(0, ${sentRows - 1}) n`,
  );
  await owner.query('ANALYZE loms.outbox');
});
afterAll(() => owner.end());

/** Counts the rows that each statement goes through before it is run. */
const counting = {
  query: async (text: string, values: unknown[]) => {
    const explain = `EXPLAIN (ANALYZE, FORMAT JSON) ${text}`;
    const { rows } = await owner.query<Record<string, [{ Plan: Plan }]>>(explain, values);
    touched += rowsThrough(rows[0]!['QUERY PLAN']![0].Plan);
    return owner.query(text, values);
  },
} as unknown as Queryable;
interface Plan {
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: Plan[];
}
const rowsThrough = (plan: Plan): number =>
  plan.Plans === undefined
    ? plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)
    : plan.Plans.reduce((sum, each) => sum + rowsThrough(each), 0);

const everything = (afterSeq: bigint): ReplaySelection => ({
  topic,
  key: '',
  sentFrom: undefined,
  sentBefore: new Date('2200-01-01'),
  afterSeq,
});

test('a reading of the history serves many batches, and leaves none out', async () => {
  const read = selectSentRows(counting);
  const counts: number[] = [];
  const rows: SentRow[] = [];
  while (rows.length < 25_000) {
    touched = 0;
    const found = await read('loms', everything(rows.at(-1)?.seq ?? 0n), batch + 1);
    counts.push(touched);
    rows.push(...found.slice(0, batch));
  }
  expect(counts.filter((count) => count >= sentRows)).toHaveLength(2);
  expect(Math.max(...counts.filter((count) => count < sentRows))).toBeLessThan(3 * batch);
  const direct = await owner.query<{ id: string }>(
    'SELECT id::text FROM loms.outbox ORDER BY seq LIMIT 25000',
  );
  expect(rows.map(({ id }) => id)).toEqual(direct.rows.map(({ id }) => id));
});

test('what was put back meanwhile is not given again, nor is another selection answered with it', async () => {
  const read = selectSentRows(owner);
  const first = await read('loms', everything(0n), 3);
  const [, second, third] = await read('loms', everything(0n), 3);
  await owner.query('UPDATE loms.outbox SET sent_at = NULL WHERE id = $1', [second!.id]);
  const again = await read('loms', everything(0n), 2);
  expect(again.map(({ id }) => id)).toEqual([first[0]!.id, third!.id]);
  const ofKey = await read('loms', { ...everything(0n), key: 'key-7' }, 2);
  expect(ofKey.map(({ key }) => key)).toEqual(['key-7', 'key-7']);
  const none = { ...everything(0n), sentBefore: new Date(0) };
  expect(await read('loms', none, 2)).toEqual([]);
});
