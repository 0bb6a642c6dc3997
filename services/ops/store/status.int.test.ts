import { openOutboxFixture, type OutboxFixture } from '../../../e2e/outbox/fixture.ts';
import { countTopics } from './status.ts';

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
