import { createTestDatabase } from '../../../e2e/engines/database.ts';
import { openPool, type Pool } from '#platform/database/pool.ts';
import { createLogger } from '#platform/logger.ts';
import { readBacklog } from './backlog.ts';

const logger = createLogger({ service: 'test', level: 'error', format: 'json' });
const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
let pools: Pool[];

beforeAll(async () => {
  const database = await createTestDatabase();
  const open = (url: string) => openPool({ url, applicationName: 'test', logger });
  pools = [database.urlFor('loms'), database.urlFor('publisher')].map(open);
});
afterAll(() => Promise.all(pools.map((pool) => pool.end())));

const insert = (rows: { topic: string; bucket: number; count: number; ageSeconds: number }) =>
  pools[0]!.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT uuidv7(), $1, 'k', n, 'T', '{}', '{}', $2, clock_timestamp() - $4::int * interval '1 s'
       FROM generate_series(1, $3::int) AS n`,
    [rows.topic, rows.bucket, rows.count, rows.ageSeconds],
  );

test('a bucket with very many rows hides no older ones of another bucket', async () => {
  await insert({ topic: 'many', bucket: 0, count: 11_000, ageSeconds: 10 });
  await insert({ topic: 'few', bucket: 63, count: 1, ageSeconds: 5_000 });
  await insert({ topic: 'many', bucket: 63, count: 1, ageSeconds: 5_000 });
  const topics = await readBacklog(pools[1]!, 'loms')(buckets);
  const ages = Object.fromEntries(topics.map((each) => [each.topic, each.oldestAgeSeconds]));
  expect(ages['few']).toBeGreaterThan(4_900);
  expect(ages['many']).toBeGreaterThan(4_900);
});

test('up to the limit every row is counted, wherever it is', async () => {
  await pools[0]!.query('DELETE FROM loms.outbox');
  await insert({ topic: 'one', bucket: 5, count: 9_000, ageSeconds: 1 });
  await insert({ topic: 'other', bucket: 6, count: 7, ageSeconds: 1 });
  const seen = await readBacklog(pools[1]!, 'loms')(buckets);
  expect(Object.fromEntries(seen.map(({ topic, rows }) => [topic, rows]))).toEqual({
    ...{ one: 9_000, other: 7 },
  });
});
