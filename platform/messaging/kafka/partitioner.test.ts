import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from './partitioner.ts';

// These are the test vectors of Kafka's own UtilsTest.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is the one that Kafka computes', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test.each([1, 2, 3, 4, 50])(
  'the partition of a key over %i is the one of the usual clients',
  (count) => {
    const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    const usual = Partitioners.DefaultPartitioner();
    const keys = Array.from({ length: 500 }, (_, n) => `${n * 7_919}${'-ж'.repeat(n % 5)}`);
    for (const key of keys) {
      const theirs = usual({ topic: 't', partitionMetadata, message: { key, value: '' } });
      expect([key, partitionOf(key, count)]).toEqual([key, theirs]);
    }
  },
);

test('a key is hashed in a time that grows with its length only', () => {
  const long = 'k'.repeat(900_000);
  const fastest = (key: string): number =>
    Math.min(
      ...Array.from({ length: 7 }, () => {
        const startedMs = performance.now();
        for (let n = long.length; n > 0; n -= key.length) partitionOf(key, 50);
        return performance.now() - startedMs;
      }),
    );
  // The same bytes are one key or ninety; with quadratic time, the one key would take ninety times as long.
  expect(fastest(long)).toBeLessThan(10 * fastest(long.slice(0, 10_000)));
});
