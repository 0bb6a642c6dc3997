import { fairShare } from './fair-share.ts';

test.each([1, 2, 3, 5, 7, 64, 100])('the shares of %i members add up to all buckets', (count) => {
  const epochs = Array.from({ length: count }, (_, i) => BigInt(i * 3 + 1));
  const shares = epochs.map((epoch) => fairShare(64, epochs, epoch));
  expect(shares.reduce((sum, share) => sum + share, 0)).toBe(64);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});
