import type { Batch, EachBatchPayload } from 'kafkajs';

/** Why nothing can be read from a partition at an offset: what the broker says, or what is wrong with a batch. */
export interface PartitionFault {
  error: Error & { type?: string };
  /** Where the batch begins, which may be before what was asked for. */
  offset: string;
  /** Where it says that it ends: the first offset behind it. */
  nextOffset?: string;
}

/** What patches/kafkajs+2.2.4.patch adds to a batch. */
interface PatchedBatch extends Batch {
  fetchedOffset: string;
  fault?: PartitionFault;
}

interface PatchedPayload extends EachBatchPayload {
  earliestOffset: () => Promise<string>;
}

/** Why the batch has nothing to read; undefined: it has, or its partition is at its end. */
export const faultOf = (batch: Batch): PartitionFault | undefined => (batch as PatchedBatch).fault;

/** The offset from which the batch was asked for. */
export const fetchedOffsetOf = (batch: Batch): bigint =>
  BigInt((batch as PatchedBatch).fetchedOffset);

/** The partition can be read, and this is its end. */
export const isNothingThere = (batch: Batch): boolean =>
  batch.messages.length === 0 && BigInt(batch.highWatermark) <= fetchedOffsetOf(batch);

/** Asks for the first offset of the batch's partition that the broker still has. */
export const loadEarliestOffset = async (payload: EachBatchPayload): Promise<bigint> =>
  BigInt(await (payload as PatchedPayload).earliestOffset());

/** The broker says so, or does not answer: this may end at any moment, unlike what is wrong with a batch. */
export const mayPass = ({ error }: PartitionFault): boolean =>
  error.type !== undefined || isOfBroker(error);

const isOfBroker = ({ name }: Error): boolean =>
  name === 'KafkaJSConnectionError' || name === 'KafkaJSRequestTimeoutError';

/** Says why in one sentence that names the batch; and what an operator may do where nothing heals by itself. */
export const faultWords = ({ error, offset, nextOffset }: PartitionFault): string => {
  if (error.type !== undefined) return `the broker says ${error.type}: ${error.message}`;
  if (isOfBroker(error)) return `its broker does not answer: ${error.message}`;
  const last = nextOffset === undefined ? '' : ` to ${BigInt(nextOffset) - 1n}`;
  return `the messages from offset ${offset}${last} cannot be read: ${error.message}`;
};
