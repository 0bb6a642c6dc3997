import { bucketCount, bucketOf } from './bucket.ts';

// These are published FNV-1a vectors: '' 811c9dc5, 'a' e40c292c, 'foobar' bf9cf968
test.each([
  ['', 0x811c9dc5 % 64],
  ['a', 0xe40c292c % 64],
  ['foobar', 0xbf9cf968 % 64],
])('the bucket of %p never changes', (key, bucket) => {
  expect(bucketOf(key)).toBe(bucket);
});

test('order ids are spread evenly: no bucket has twice its share', () => {
  const counts = new Array<number>(bucketCount).fill(0);
  for (let id = 1; id <= 64_000; id++) counts[bucketOf(String(id))]! += 1;
  expect(Math.max(...counts)).toBeLessThan(2_000);
  expect(Math.min(...counts)).toBeGreaterThan(500);
});
