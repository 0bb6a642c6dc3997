import type {
  Producer as KafkaProducer,
  ProducerBatch,
  RecordMetadata,
  Transaction,
} from 'kafkajs';

/** Writes a batch and resolves with what `read` makes of the answer; when `read` throws, it rejects with that. */
export type Write = <T>(batch: ProducerBatch, read: (answer: RecordMetadata[]) => T) => Promise<T>;

export const writeAtOnce =
  (producer: KafkaProducer): Write =>
  async (batch, read) =>
    read(await producer.sendBatch(batch));

/**
 * Each batch is a transaction, committed only if `read` accepts the answer. What is not committed stays open
 * until the id is taken again. Resolves once the broker has given the id to this producer.
 */
export const writeInTransactions = async (producer: KafkaProducer): Promise<Write> => {
  // kafkajs takes the id at the first transaction, not when it connects; the broker learns of the first batch later
  let begun: Transaction | undefined = await producer.transaction();
  return async (batch, read) => {
    const transaction = begun ?? (await producer.transaction());
    begun = undefined;
    const result = read(await transaction.sendBatch(batch));
    await transaction.commit();
    return result;
  };
};
