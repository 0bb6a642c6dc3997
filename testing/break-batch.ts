import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { TopicPartition } from '#platform/messaging/kafka/message.ts';
import { batchField } from './record-batch.ts';

/**
 * Overwrites, in the broker's log file, the record batch that begins at an offset of a partition; the broker serves
 * it as it is.
 */
export const breakBatch = async (
  { topic, partition }: TopicPartition,
  baseOffset: bigint,
  change: (batch: Buffer) => void,
): Promise<void> => {
  const folder = join(process.env['TEST_KAFKA_LOGS'] ?? '', `${topic}-${partition}`);
  const file = await open(join(folder, '00000000000000000000.log'), 'r+');
  try {
    const log = await file.readFile();
    let at = 0;
    while (log.readBigInt64BE(at) !== baseOffset) at += sizeOf(log.subarray(at));
    const batch = log.subarray(at, at + sizeOf(log.subarray(at)));
    change(batch);
    await file.write(batch, 0, batch.length, at);
  } finally {
    await file.close();
  }
};

const sizeOf = (batch: Buffer): number =>
  batchField.length + 4 + batch.readInt32BE(batchField.length);
