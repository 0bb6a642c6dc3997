import type { OutboxEventSchema } from '#gen/ops/v1/ops_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate, type Timestamp } from '@bufbuild/protobuf/wkt';
import { waitingWords, type OutboxEvent } from '../domain/event.ts';

export const toTimestamp = (moment: Date): Timestamp => timestampFromDate(moment);

export const toDate = (moment: Timestamp | undefined): Date | undefined =>
  moment && timestampDate(moment);

export const toProtoEvent = (event: OutboxEvent): MessageInitShape<typeof OutboxEventSchema> => {
  const { createdAt, lastAttemptAt, sentAt, discardedAt, movedAt } = event;
  const { partition, offset, isWaiting, ...rest } = event;
  return {
    ...rest,
    error: isWaiting ? waitingWords : event.error,
    ...(partition !== undefined && { partition }),
    ...(offset !== undefined && { offset }),
    headers: { ...event.headers },
    createdAt: toTimestamp(createdAt),
    ...timed({ lastAttemptAt, sentAt, discardedAt, movedAt }),
  };
};

/** Keeps the times that are known. */
export const timed = <Name extends string>(
  moments: Record<Name, Date | undefined>,
): Record<Name, Timestamp> =>
  Object.fromEntries(
    Object.entries<Date | undefined>(moments).flatMap(([name, moment]) =>
      moment ? [[name, toTimestamp(moment)]] : [],
    ),
  ) as Record<Name, Timestamp>;
