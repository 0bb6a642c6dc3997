import type { UnwritablePartition } from '../domain/unwritable-partitions.ts';
import { checkPublishing } from './check-publishing.ts';

const part = (partition: number, attempts: number): UnwritablePartition => ({
  topic: 't',
  partition,
  broker: partition === 0 ? 'b:9092' : undefined,
  error: 'no answer',
  attempts,
  sinceMs: 1_000,
  triedMs: 2_000,
});
const check = (fault: string | undefined, ...unwritable: UnwritablePartition[]) =>
  checkPublishing(
    [{ name: 'loms', fault: () => fault, unwritable: () => unwritable }],
    () => 13_000,
  );

test('it is silent while all goes well', () => expect(check(undefined)()).resolves.toBeUndefined());

test('what cannot be written is named with its leader, since when and why', async () => {
  await expect(check(undefined, part(0, 4), part(1, 1))()).rejects.toThrow(
    'events of loms wait: partition 0 of t, led by b:9092, cannot be written since 12 s (4 tries): no answer; ' +
      'events of loms wait: partition 1 of t cannot be written since 12 s (one try): no answer',
  );
});

test('a source of which nothing goes is named first, and of many the first few', async () => {
  const parts = Array.from({ length: 5 }, (_, partition) => part(partition, 2));
  await expect(check('deadline: no answer within 3000 ms', ...parts)()).rejects.toThrow(
    /^nothing of loms is published: deadline: .*; and 3 more$/,
  );
});
