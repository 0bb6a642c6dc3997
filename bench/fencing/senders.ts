import type { Kafka, Producer } from 'kafkajs';
import { bucketCount } from '#platform/messaging/outbox/bucket.ts';
import type { BenchMessage } from './messages.ts';

/** Resolves when the broker has promised to keep the messages: the answer to Produce, or to EndTxn. */
export interface Sender {
  send(messages: readonly BenchMessage[]): Promise<void>;
  close(): Promise<void>;
}

export type OpenSender = (kafka: Kafka, topic: string) => Promise<Sender>;

// kafkajs's own 300 ms would be the price of each transaction that meets the markers of the one before
const retry = { initialRetryTime: 5, maxRetryTime: 1_000, retries: 10 };

export const openProducer = async (kafka: Kafka, transactionalId?: string): Promise<Producer> => {
  const producer = kafka.producer({
    idempotent: transactionalId === undefined,
    maxInFlightRequests: 1,
    retry,
    ...(transactionalId === undefined ? {} : { transactionalId, transactionTimeout: 10_000 }),
  });
  await producer.connect();
  return producer;
};

const openTransactional = async (kafka: Kafka, topic: string, count: number) =>
  Promise.all(Array.from({ length: count }, (_, n) => openProducer(kafka, `${topic}-${n}`)));

const inTransaction = async (
  producer: Producer | undefined,
  topic: string,
  messages: BenchMessage[],
) => {
  if (!producer) throw new Error('no producer has this number');
  const transaction = await producer.transaction();
  await transaction.send({ topic, acks: -1, messages });
  await transaction.commit();
};

const closeAll = async (producers: readonly Producer[]): Promise<void> => {
  await Promise.all(producers.map((producer) => producer.disconnect()));
};

const openIdempotent: OpenSender = async (kafka, topic) => {
  const producer = await openProducer(kafka);
  return {
    send: async (messages) => {
      await producer.send({ topic, acks: -1, messages: [...messages] });
    },
    close: () => closeAll([producer]),
  };
};

/** One transaction a request, by so many transactional ids in turn: one can settle while another is used. */
const openTransactionARequest =
  (ids: number): OpenSender =>
  async (kafka, topic) => {
    const producers = await openTransactional(kafka, topic, ids);
    let turn = 0;
    return {
      send: (messages) => inTransaction(producers[turn++ % ids], topic, [...messages]),
      close: () => closeAll(producers),
    };
  };

/** Ownership is of buckets: an id for each of them, and a transaction for each that has rows, all at once. */
const openTransactionABucket: OpenSender = async (kafka, topic) => {
  const producers = await openTransactional(kafka, topic, bucketCount);
  return {
    send: async (messages) => {
      const buckets = Map.groupBy(messages, ({ bucket }) => bucket);
      await Promise.all(
        [...buckets].map(([bucket, some]) => inTransaction(producers[bucket], topic, some)),
      );
    },
    close: () => closeAll(producers),
  };
};

export const ways: Readonly<Record<string, OpenSender>> = {
  'idempotent, no transaction': openIdempotent,
  'transaction a request, one id': openTransactionARequest(1),
  'transaction a request, two ids in turn': openTransactionARequest(2),
  'transaction a bucket, 64 ids': openTransactionABucket,
};
