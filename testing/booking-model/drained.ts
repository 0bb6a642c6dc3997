import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { waitFor } from '../wait-for.ts';

/** Resolves when the groups have read, and committed, all that is in the topic. */
export const drained = async (
  kafka: Kafka,
  topic: string,
  groups: readonly string[],
): Promise<void> => {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = new Map(
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, high]),
    );
    const isRead = async (groupId: string) => {
      const [{ partitions } = { partitions: [] }] = await admin.fetchOffsets({
        ...{ groupId, topics: [topic] },
      });
      // a partition without messages has no offset
      return partitions.every(
        ({ partition, offset }) => Number(offset) >= Number(ends.get(partition) ?? 0),
      );
    };
    const areRead = async () => (await Promise.all(groups.map(isRead))).every(Boolean);
    await waitFor(areRead, { what: 'the topic read by each service' });
  } finally {
    await admin.disconnect();
  }
};
