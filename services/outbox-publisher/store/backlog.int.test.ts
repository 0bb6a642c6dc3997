import { openOutboxFixture, type OutboxFixture } from '../../../testing/outbox/fixture.ts';
import { readBacklog } from './backlog.ts';

const buckets = Array.from({ length: 64 }, (_, bucket) => bucket);
let at: OutboxFixture;

beforeAll(async () => {
  at = await openOutboxFixture('publisher');
});
afterAll(() => at.close());

test('a bucket with very many rows hides no older ones of another bucket', async () => {
  await at.insert({ topic: 'many', bucket: 0, count: 11_000, ageSeconds: 10 });
  await at.insert({ topic: 'few', bucket: 63, count: 1, ageSeconds: 5_000 });
  await at.insert({ topic: 'many', bucket: 63, count: 1, ageSeconds: 5_000 });
  const topics = await readBacklog(at.reader, 'loms')(buckets);
  const ages = Object.fromEntries(topics.map((each) => [each.topic, each.oldestAgeSeconds]));
  expect(ages['few']).toBeGreaterThan(4_900);
  expect(ages['many']).toBeGreaterThan(4_900);
});

test('up to the limit every row is counted, wherever it is', async () => {
  await at.owner.query('DELETE FROM loms.outbox');
  await at.insert({ topic: 'one', bucket: 5, count: 9_000, ageSeconds: 1 });
  await at.insert({ topic: 'other', bucket: 6, count: 7, ageSeconds: 1 });
  const seen = await readBacklog(at.reader, 'loms')(buckets);
  expect(Object.fromEntries(seen.map(({ topic, rows }) => [topic, rows]))).toEqual({
    one: 9_000,
    other: 7,
  });
});
