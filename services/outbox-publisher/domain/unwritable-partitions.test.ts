import { createUnwritablePartitions } from './unwritable-partitions.ts';

const [one, two] = [
  { topic: 't', partition: 1 },
  { topic: 't', partition: 2 },
];

test('a partition is reported from its first failure until it is written, or is tried no longer', () => {
  let nowMs = 1_000;
  const shown: string[] = [];
  const unwritable = createUnwritablePartitions({
    monotonicMs: () => nowMs,
    show: ({ partition }, isWritten) => shown.push(`${partition} ${isWritten}`),
  });
  unwritable.failed(one, { broker: 'b:1', error: 'no answer' });
  unwritable.failed(two, { broker: undefined, error: 'no right' });
  nowMs = 40_000;
  unwritable.failed(one, { broker: 'b:2', error: 'no answer still' });
  expect(unwritable.list()).toEqual([
    {
      ...one,
      broker: 'b:2',
      error: 'no answer still',
      attempts: 2,
      sinceMs: 1_000,
      triedMs: 40_000,
    },
    {
      ...two,
      broker: undefined,
      error: 'no right',
      attempts: 1,
      sinceMs: 1_000,
      triedMs: 1_000,
    },
  ]);
  nowMs = 61_001;
  expect(unwritable.list()).toMatchObject([one]);
  unwritable.written(one);
  unwritable.written(one);
  expect(unwritable.list()).toEqual([]);
  expect(shown).toEqual(['1 false', '2 false', '1 false', '2 true', '1 true']);
});
