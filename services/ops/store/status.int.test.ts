import { openTestPool } from '../../../testing/test-pool.ts';
import { openOutboxFixture, type OutboxFixture } from '../../../testing/outbox/fixture.ts';
import { countTopics, listUnwritable } from './status.ts';

let at: OutboxFixture;

beforeAll(async () => {
  at = await openOutboxFixture('ops');
});
afterAll(() => at.close());

test('a bucket with very many rows hides no older ones of another bucket', async () => {
  await at.insert({ topic: 'many', bucket: 0, count: 51_000, ageSeconds: 10 });
  await at.insert({ topic: 'few', bucket: 63, count: 1, ageSeconds: 5_000 });
  await at.insert({ topic: 'many', bucket: 63, count: 1, ageSeconds: 5_000 });
  const topics = await countTopics(at.reader)('loms');
  const ages = Object.fromEntries(topics.map((each) => [each.topic, each.oldestAgeSeconds]));
  expect(ages['few']).toBeGreaterThan(4_900);
  expect(ages['many']).toBeGreaterThan(4_900);
  const capped = topics.filter(({ isCapped }) => isCapped).map(({ topic }) => topic);
  expect(capped).toEqual(['many']);
});

test('what publishers at work cannot write is reported once: the last try, and the longest time', async () => {
  const publisher = openTestPool(at.database.urlFor('publisher'));
  await publisher.query(
    `INSERT INTO publisher.members (id, sources, seen_at, expires_at)
     SELECT id, '{loms}', clock_timestamp(), clock_timestamp() + lease
       FROM (VALUES ('one', interval '1 h'), ('two', interval '1 h'), ('killed', interval '-1 s')) AS m(id, lease)`,
  );
  await publisher.query(
    `INSERT INTO publisher.unwritable_partitions (epoch, source, topic, partition, error, attempts, since, tried_at)
     SELECT epoch, 'loms', 't', partition, w.error, 3, since::timestamptz, tried_at::timestamptz
       FROM publisher.members JOIN (VALUES
         ('one', 0, 'an older try', '2026-01-02 03:00Z', '2026-01-02 03:10Z'),
         ('two', 0, 'the last try', '2026-01-02 03:05Z', '2026-01-02 03:20Z'),
         ('killed', 1, 'mended since', '2026-01-02 03:00Z', '2026-01-02 03:20Z'))
         AS w(id, partition, error, since, tried_at) USING (id)`,
  );
  await publisher.end();
  expect(await listUnwritable(at.reader)('loms')).toEqual([
    {
      topic: 't',
      partition: 0,
      broker: '',
      error: 'the last try',
      attempts: 3,
      since: new Date('2026-01-02T03:00Z'),
      triedAt: new Date('2026-01-02T03:20Z'),
    },
  ]);
  expect(await listUnwritable(at.reader)('order')).toEqual([]);
});
