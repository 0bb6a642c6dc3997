import { kafkaThatAnswers, type PartitionAnswer } from '../../../testing/kafka-that-answers.ts';
import { openProducer } from './producer.ts';

const messages = [{ key: 'k', value: '{}', headers: {} }];
const batch = [0, 1].map((partition) => ({ topic: 't', partition, messages }));
const open = (answer: readonly PartitionAnswer[]) =>
  openProducer({ kafka: kafkaThatAnswers(answer), deadlineMs: 1_000 });
const stored = { topicName: 't', partition: 0, errorCode: 0, baseOffset: '7' };

test('a request is acknowledged when the answer has an offset for each partition', async () => {
  const producer = await open([{ ...stored, partition: 1, baseOffset: '9' }, stored]);
  expect(await producer.send(batch, 1_000)).toEqual([
    { topic: 't', partition: 0, baseOffset: 7n },
    { topic: 't', partition: 1, baseOffset: 9n },
  ]);
  await producer.close(1_000);
});

test.each([
  ['without a partition', [stored]],
  ['without its offset', [stored, { topicName: 't', partition: 1, errorCode: 0 }]],
  ['with no offset given', [stored, { ...stored, partition: 1, baseOffset: '-1' }]],
  ['with an error', [stored, { ...stored, partition: 1, errorCode: 6 }]],
  ['of another topic', [stored, { ...stored, partition: 1, topicName: 'other' }]],
])('an answer %s is no acknowledgement, and makes the producer unusable', async (_, answer) => {
  const producer = await open(answer);
  await expect(producer.send(batch, 1_000)).rejects.toMatchObject({ reason: 'no-base-offset' });
  await expect(producer.send(batch, 1_000)).rejects.toThrow('unusable');
  await producer.close(1_000);
});
