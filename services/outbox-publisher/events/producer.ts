import { openProducer, type Ack, type PartitionBatch } from '#platform/messaging/kafka/producer.ts';
import type { Clock } from '#platform/base/clock.ts';
import type { Kafka } from '#platform/messaging/kafka/client.ts';
import { SendError } from '#platform/messaging/kafka/send-error.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import type { SentRow } from '../domain/row.ts';
import type { SendFault } from '../domain/send-fault.ts';
import type { ValueForm, ValueFormOf } from '../domain/value-form.ts';
import type { OneLifeProducer } from '../usecases/sender.ts';
import { startSending } from './sending-spans.ts';
import { toMessage } from './to-message.ts';

const connectDeadlineMs = 5_000;
const closeLimitMs = 1_000;

export interface SourceProducerParts {
  kafka: Kafka;
  source: string;
  formOf: ValueFormOf;
  /** The source of message timestamps. */
  now: Clock;
}

/** Opens a producer for the rows of one source; its sends return where each row is in Kafka. */
export const openSourceProducer = async (parts: SourceProducerParts): Promise<OneLifeProducer> => {
  const { source, formOf, ...options } = parts;
  const producer = await openProducer({ ...options, deadlineMs: connectDeadlineMs });
  return {
    send: async (request, deadlineMs) => {
      const spans = startSending(source, request, options.now);
      try {
        const acks = await producer.send(
          request.map((part) => toBatch(part, source, formOf(part.topic))),
          deadlineMs,
        );
        const sent = request.flatMap((part) => locate(part, acks));
        spans?.sent(sent);
        return sent;
      } catch (error) {
        spans?.failed(error);
        throw error;
      }
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

/** One request makes one record batch per partition, so its rows have consecutive offsets. */
const locate = ({ topic, partition, rows }: RequestPart, acks: readonly Ack[]): SentRow[] => {
  const ack = acks.find((each) => each.topic === topic && each.partition === partition);
  if (!ack) throw new Error(`No acknowledgement for ${topic}/${partition}.`);
  return rows.map((row, i) => ({ row, partition, offset: ack.baseOffset + BigInt(i) }));
};

// with these the outcome of the whole request is unknown; other errors are an answer about one partition
const withoutAnswer = new Set(['connection', 'deadline']);

/**
 * Classifies an error of `send`. An unexpected error says nothing about the messages and counts as `away`.
 */
export const faultOf = (error: unknown): SendFault => {
  if (!(error instanceof SendError)) return { kind: 'away' };
  if (error.kind === 'refused') return { kind: 'refused', reason: error.reason };
  return { kind: withoutAnswer.has(error.reason) ? 'silent' : 'partition' };
};
