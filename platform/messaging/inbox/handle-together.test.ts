import type { ReceivedMessage } from '../kafka/message.ts';
import { handleTogether } from './handle-together.ts';

const batchOf = (partition: number, size: number): ReceivedMessage[] =>
  Array.from({ length: size }, (_, n) => ({
    ...{ topic: 't', partition, offset: BigInt(n) },
    ...{ key: 'k', value: undefined, headers: {}, timestampMs: 0 },
  }));

const setUp = (maxBatchSize: number, handle: () => Promise<void> = () => Promise.resolve()) => {
  const handled: string[] = [];
  const names = (messages: readonly ReceivedMessage[]) =>
    messages.map(({ partition, offset }) => `${partition}/${offset}`).join(' ');
  const together = handleTogether((messages) => {
    handled.push(names(messages));
    return handle();
  }, maxBatchSize);
  return { together, handled };
};

test('small batches that come at once are one, by partition', async () => {
  const { together, handled } = setUp(500);
  await Promise.all([together(batchOf(2, 1)), together(batchOf(0, 2)), together(batchOf(1, 1))]);
  await together(batchOf(0, 1));
  expect(handled).toEqual(['0/0 0/1 1/0 2/0', '0/0']);
});

test.each([
  ['large ones stay alone', 16, 3],
  ['so does all of a consumer that gets one at a time', 1, 1],
])('%s', async (_, maxBatchSize, size) => {
  const { together, handled } = setUp(maxBatchSize);
  await Promise.all([together(batchOf(0, size)), together(batchOf(1, size))]);
  expect(handled).toHaveLength(2);
});

test('what is handled together is no more than a batch may be', async () => {
  const { together, handled } = setUp(16);
  await Promise.all(Array.from({ length: 20 }, (_, partition) => together(batchOf(partition, 2))));
  for (const each of handled) expect(each.split(' ').length).toBeLessThanOrEqual(16);
});

test('they fail together', async () => {
  const { together } = setUp(500, () => Promise.reject(new Error('away')));
  const settled = await Promise.allSettled([together(batchOf(0, 1)), together(batchOf(1, 1))]);
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
