import { openProducer, type Ack, type PartitionBatch } from '#platform/messaging/kafka/producer.ts';
import type { Clock } from '#platform/base/clock.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { SendError } from '#platform/messaging/kafka/send-error.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { SentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import type { ValueForm, ValueFormOf } from '../domain/value-form.ts';
import type { OneLifeProducer } from '../usecases/sender.ts';
import { toMessage } from './to-message.ts';

const connectDeadlineMs = 5_000;
const closeLimitMs = 1_000;

export interface SourceProducerParts {
  kafka: Kafka;
  source: string;
  formOf: ValueFormOf;
  /** The time that messages bear. */
  now: Clock;
}

/** A producer for the rows of one source; tells where in Kafka each of them is. */
export const openSourceProducer = async (parts: SourceProducerParts): Promise<OneLifeProducer> => {
  const { source, formOf, ...options } = parts;
  const producer = await openProducer({ ...options, deadlineMs: connectDeadlineMs });
  return {
    send: async (request, deadlineMs) => {
      const acks = await producer.send(
        request.map((part) => toBatch(part, source, formOf(part.topic))),
        deadlineMs,
      );
      return request.flatMap((part) => locate(part, acks));
    },
    close: () => producer.close(closeLimitMs),
  };
};

const toBatch = (
  { topic, partition, rows }: RequestPart,
  source: string,
  form: ValueForm,
): PartitionBatch => ({
  topic,
  partition,
  messages: rows.map((row) => toMessage(source, row, form)),
});

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
  return { kind: withoutAnswer.has(error.reason) ? 'silent' : 'partition' };
};
