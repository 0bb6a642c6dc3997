import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { messageOf } from '../outbox/message.ts';

/** With its bucket, for a transaction per bucket. */
export const toMessage = (i: number) => {
  const message = messageOf(i);
  return { ...message, bucket: bucketOf(message.key) };
};

export type BenchMessage = ReturnType<typeof toMessage>;
