import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ShipAssembledSchema } from '#gen/assembly/v1/events_pb.ts';
import { outboxEvent, type OutboxEvent } from '#platform/messaging/outbox/event.ts';
import type { FinishedBuild } from '../domain/build.ts';

const eventType = 'order.assembly.completed';
const eventVersion = 1;

/** Encodes the event that announces the end of a build. */
export const shipAssembled = (
  { eventId, finishedAt, orderId, userId, buildTimeSec, sequence }: FinishedBuild,
  topic: string,
  headers: OutboxEvent['headers'],
): OutboxEvent =>
  outboxEvent(ShipAssembledSchema, {
    id: eventId,
    topic,
    key: orderId,
    sequence,
    headers,
    createdAt: finishedAt,
    message: {
      eventId,
      eventType,
      eventVersion,
      occurredAt: timestampFromDate(finishedAt),
      orderId,
      userId,
      buildTimeSec: BigInt(buildTimeSec),
    },
  });
