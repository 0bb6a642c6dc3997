import type { Batch, EachBatchPayload } from 'kafkajs';

/** Why a partition cannot be read at an offset: an error of the broker, or a defect of a batch. */
export interface PartitionFault {
  error: Error & { type?: string };
  /** Where the batch begins, which may be before the requested offset. */
  offset: string;
  /** The first offset after the batch, according to its header. */
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

/** Returns why the batch cannot be read; undefined when it can, or when its partition is at its end. */
export const faultOf = (batch: Batch): PartitionFault | undefined => (batch as PatchedBatch).fault;

/** The offset from which the batch was fetched. */
export const fetchedOffsetOf = (batch: Batch): bigint =>
  BigInt((batch as PatchedBatch).fetchedOffset);

/** Whether the partition can be read and is at its end. */
export const isNothingThere = (batch: Batch): boolean =>
  batch.messages.length === 0 && BigInt(batch.highWatermark) <= fetchedOffsetOf(batch);

/** Asks for the first offset of the batch's partition that the broker still has. */
export const loadEarliestOffset = async (payload: EachBatchPayload): Promise<bigint> =>
  BigInt(await (payload as PatchedPayload).earliestOffset());

/** Whether it is an error of the broker, which may end at any moment, unlike a defect of a batch. */
export const mayPass = ({ error }: PartitionFault): boolean =>
  error.type !== undefined || isOfBroker(error);

const isOfBroker = ({ name }: Error): boolean =>
  name === 'KafkaJSConnectionError' || name === 'KafkaJSRequestTimeoutError';

/**
 * Describes the fault in one sentence that names the batch, and what an operator can do where nothing heals
 * by itself.
 */
export const faultWords = ({ error, offset, nextOffset }: PartitionFault): string => {
  if (error.type !== undefined) return `the broker says ${error.type}: ${error.message}`;
  if (isOfBroker(error)) return `its broker does not answer: ${error.message}`;
  const last = nextOffset === undefined ? '' : ` to ${BigInt(nextOffset) - 1n}`;
  return `the messages from offset ${offset}${last} cannot be read: ${error.message}`;
};
