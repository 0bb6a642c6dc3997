import { createRequire } from 'node:module';
import { recordHex, type RecordInput } from './record-hex.ts';

const crc32C = createRequire(import.meta.url)(
  'kafkajs/src/protocol/recordBatch/crc32C/index.js',
) as (bytes: Uint8Array) => number;

/** The offsets of a batch's fields. */
export const batchField = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  count: 57,
  records: 61,
} as const;

export interface BatchInput {
  baseOffset?: number;
  records?: readonly RecordInput[];
  /** The bits for the compression, the transaction and the control batch. */
  attributes?: number;
  lastOffsetDelta?: number;
  /** The number of records that the header claims. */
  count?: number;
  /** The bytes that replace the records. */
  body?: Buffer;
  producerId?: number;
}

/** Encodes a record batch of Kafka's message format 2, following the specification. */
export const recordBatch = (input: BatchInput): Buffer => {
  const { baseOffset = 0, records = [], attributes = 0, producerId = -1 } = input;
  const encoded = records.map((each, offsetDelta) => recordHex({ offsetDelta, ...each }));
  const body = input.body ?? Buffer.from(encoded.join(''), 'hex');
  const header = Buffer.alloc(batchField.records);
  header.writeBigInt64BE(BigInt(baseOffset), 0);
  header.writeInt32BE(header.length + body.length - batchField.length - 4, batchField.length);
  header.writeInt8(2, batchField.magic);
  header.writeInt16BE(attributes, batchField.attributes);
  header.writeInt32BE(input.lastOffsetDelta ?? records.length - 1, batchField.lastOffsetDelta);
  header.writeBigInt64BE(BigInt(producerId), 43);
  header.writeInt32BE(input.count ?? records.length, batchField.count);
  return withCrc(Buffer.concat([header, body]));
};

/** Sets the checksum that fits the batch's bytes. */
export const withCrc = (batch: Buffer): Buffer => {
  batch.writeInt32BE(crc32C(batch.subarray(batchField.attributes)) | 0, batchField.crc);
  return batch;
};
