import type { Kafka } from '#platform/messaging/kafka/client.ts';
import type { TopicPartition } from '#platform/messaging/kafka/message.ts';

/** Deletes the records below an offset of a partition, as retention does. */
export const deleteRecordsBelow = async (
  kafka: Kafka,
  { topic, partition }: TopicPartition,
  offset: number,
): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // kafkajs knows the partition's leader only after it has fetched the topic's metadata
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  } finally {
    await admin.disconnect();
  }
};
