import type { Kafka, Message, Producer as KafkaProducer, RecordMetadata } from 'kafkajs';
import { systemClock, type Clock } from '../../base/clock.ts';
import { SendError, toSendError } from './send-error.ts';
import { settledWithin, within } from './within.ts';

export interface OutgoingMessage {
  key: string;
  value: string | Buffer;
  headers: Readonly<Record<string, string>>;
}

/**
 * Messages for one partition, in the order in which they are to be stored. A request may contain a partition
 * once.
 */
export interface PartitionBatch {
  topic: string;
  partition: number;
  messages: readonly OutgoingMessage[];
}

/**
 * The messages of one partition were stored by all in-sync replicas, at `baseOffset` and the offsets after
 * it.
 */
export interface Ack {
  topic: string;
  partition: number;
  baseOffset: bigint;
}

/**
 * An idempotent producer for one sender. After any rejection it must not be used any more: close it and open
 * another, because kafkajs would lose the next batch (its sequence numbers no longer match the broker's).
 */
export interface Producer {
  /**
   * Sends one produce request with acks=all. Resolves only when every partition in it has a base offset,
   * otherwise rejects with a SendError, at the latest after `deadlineMs`. One send at a time.
   */
  send: (batch: readonly PartitionBatch[], deadlineMs: number) => Promise<Ack[]>;
  /** Closes the connection. Never rejects and never takes longer than `limitMs`. */
  close: (limitMs: number) => Promise<void>;
}

export interface ProducerOptions {
  kafka: Kafka;
  /** How long opening may take before it rejects with a SendError of kind `away`. */
  deadlineMs: number;
  /**
   * The source of message timestamps, by which brokers retain messages. Default: the clock of this machine.
   */
  now?: Clock;
}

/** Connects and obtains a producer id. Rejects with a SendError, and then leaves nothing open. */
export const openProducer = async (options: ProducerOptions): Promise<Producer> => {
  const { deadlineMs } = options;
  const state: State = { use: 'ready', pending: undefined };
  const producer = createProducer(options, state);
  const connected = producer.connect();
  try {
    await within(connected, deadlineMs, () => tooLate('connecting', deadlineMs));
  } catch (error) {
    state.use = 'closed';
    disconnectAfter(connected, producer);
    throw toSendError(error);
  }
  return {
    send: (batch, limitMs) =>
      send({ producer, state, now: options.now ?? systemClock }, batch, limitMs),
    close: async (limitMs) => {
      state.use = 'closed';
      if (state.pending !== undefined) disconnectAfter(state.pending, producer);
      await settledWithin(producer.disconnect(), limitMs);
    },
  };
};

const createProducer = ({ kafka }: ProducerOptions, state: State): KafkaProducer =>
  kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: () => explicitPartition(state),
    // A few retries take about 2.5 s. kafkajs keeps trying after a disconnect, so with an unlimited number every
    // send that was given up (because the topic does not exist yet, or no broker answers) would run for ever.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 5 },
  });

interface State {
  use: 'ready' | 'busy' | 'unusable' | 'closed';
  /** The send that kafkajs has not settled yet, which may outlive our deadline. */
  pending: Promise<unknown> | undefined;
}

/**
 * kafkajs calls the partitioner before each attempt. Only here can a send that was given up be kept from
 * being tried again, and so from being written minutes later.
 */
const explicitPartition =
  (state: State) =>
  ({ message }: { message: Message }): number => {
    if (state.use !== 'busy') throw new TypeError('this send was given up');
    return message.partition ?? 0;
  };

const send = async (
  { producer, state, now }: { producer: KafkaProducer; state: State; now: Clock },
  batch: readonly PartitionBatch[],
  deadlineMs: number,
): Promise<Ack[]> => {
  if (state.use !== 'ready') throw new Error(`A producer that is ${state.use} cannot send.`);
  state.use = 'busy';
  const request = { acks: -1, timeout: deadlineMs, topicMessages: toTopicMessages(batch, now()) };
  const pending = producer.sendBatch(request);
  state.pending = pending;
  try {
    const answer = await within(pending, deadlineMs, () => tooLate('an answer', deadlineMs));
    const acks = acksOf(batch, answer);
    state.use = 'ready';
    state.pending = undefined;
    return acks;
  } catch (error) {
    state.use = 'unusable';
    throw batch.every(canBeEncoded)
      ? toSendError(error)
      : new SendError('refused', 'cannot-encode', 'a key, value or header is not text', {
          cause: error,
        });
  }
};

const toTopicMessages = (batch: readonly PartitionBatch[], now: Date) => {
  const timestamp = String(now.getTime());
  return batch.map(({ topic, partition, messages }) => ({
    topic,
    messages: messages.map(({ key, value, headers }) => ({
      partition,
      key,
      value,
      headers,
      timestamp,
    })),
  }));
};

/**
 * kafkajs can resolve although a partition was never sent (after a change of leader), so each one must be in
 * the answer.
 */
const acksOf = (batch: readonly PartitionBatch[], answer: RecordMetadata[]): Ack[] =>
  batch.map(({ topic, partition }) => {
    const found = answer.find((each) => each.topicName === topic && each.partition === partition);
    const baseOffset = BigInt(found?.baseOffset ?? -1);
    if (found?.errorCode !== 0 || baseOffset < 0n) {
      throw new SendError(
        'away',
        'no-base-offset',
        `no offset in the answer for ${topic}/${partition}`,
      );
    }
    return { topic, partition, baseOffset };
  });

const canBeEncoded = ({ messages }: PartitionBatch): boolean =>
  messages.every(({ key, value, headers }) =>
    [key, Buffer.isBuffer(value) ? '' : value, ...Object.values(headers)].every(
      (part: unknown) => typeof part === 'string',
    ),
  );

const tooLate = (what: string, limitMs: number): SendError =>
  new SendError('away', 'deadline', `${what} took longer than ${limitMs} ms`);

/** A retry of kafkajs may reconnect after a disconnect; this closes such a connection when it has given up. */
const disconnectAfter = (pending: Promise<unknown>, producer: KafkaProducer): void => {
  const disconnect = () => producer.disconnect();
  pending.then(disconnect, disconnect).catch(() => undefined);
};
