import { openProducer, type Ack } from '#platform/kafka/producer.ts';
import type { Kafka } from '#platform/kafka/client.ts';
import { SendError } from '#platform/kafka/send-error.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { SentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import type { OneLifeProducer } from '../usecases/sender.ts';
import { toMessage } from './to-message.ts';

const connectDeadlineMs = 5_000;
const closeLimitMs = 1_000;

/** A producer for the rows of one source; tells where in Kafka each of them is. With an id: in transactions. */
export const openSourceProducer = async (
  kafka: Kafka,
  source: string,
  transactionalId?: string,
): Promise<OneLifeProducer> => {
  const producer = await openProducer({
    ...{ kafka, deadlineMs: connectDeadlineMs },
    ...(transactionalId === undefined ? {} : { transactionalId }),
  });
  return {
    send: async (parts, deadlineMs) => {
      const acks = await producer.send(
        parts.map(({ topic, partition, rows }) => ({
          topic,
          partition,
          messages: rows.map((row) => toMessage(source, row)),
        })),
        deadlineMs,
      );
      return parts.flatMap((part) => locate(part, acks));
    },
    close: () => producer.close(closeLimitMs),
  };
};

/** One request makes one record batch a partition, so its rows have consecutive offsets. */
const locate = ({ topic, partition, rows }: RequestPart, acks: readonly Ack[]): SentRow[] => {
  const ack = acks.find((each) => each.topic === topic && each.partition === partition);
  if (!ack) throw new Error(`No acknowledgement for ${topic}/${partition}.`);
  return rows.map((row, i) => ({ row, partition, offset: ack.baseOffset + BigInt(i) }));
};

// with these, what was sent to any partition is in doubt; all others are an answer about one
const withoutAnswer = new Set(['connection', 'deadline']);

/** What an error of `send` means. An error of ours says nothing about the messages: as if away. */
export const faultOf = (error: unknown): SendFault => {
  if (!(error instanceof SendError)) return { kind: 'away' };
  if (error.kind === 'refused') return { kind: 'refused', reason: error.reason };
  return { kind: withoutAnswer.has(error.reason) ? 'away' : 'partition' };
};
