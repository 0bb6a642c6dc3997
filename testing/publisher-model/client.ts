import { systemClock } from '#platform/base/clock.ts';
import { kafkaThatAnswers, type PartitionAnswer } from '../kafka-that-answers.ts';
import { openSourceProducer } from '../../services/outbox-publisher/events/producer.ts';
import type { RequestPart } from '../../services/outbox-publisher/domain/request-plan.ts';
import type { SentRow } from '../../services/outbox-publisher/domain/row.ts';

/**
 * Returns what the publisher's own producer returns when its client resolves: only the offsets of what was really
 * written, whatever the client claims. kafkajs claims too much after a leader change.
 */
export const answerOfClient = async (
  parts: readonly RequestPart[],
  sent: readonly SentRow[],
): Promise<SentRow[]> => {
  const producer = await openSourceProducer({
    kafka: kafkaThatAnswers(answerOf(parts, sent)),
    source: 'model',
    formOf: () => ({}),
    now: systemClock,
  });
  try {
    return await producer.send(parts, 1_000);
  } finally {
    await producer.close();
  }
};

const answerOf = (parts: readonly RequestPart[], sent: readonly SentRow[]): PartitionAnswer[] =>
  parts.flatMap(({ topic, partition, rows }) => {
    const first = sent.find(({ row }) => row === rows[0]);
    if (!first) return [];
    return [{ topicName: topic, partition, errorCode: 0, baseOffset: first.offset.toString() }];
  });
