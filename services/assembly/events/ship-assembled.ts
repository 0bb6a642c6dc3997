import { create } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ShipAssembledSchema } from '#gen/assembly/v1/events_pb.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import { encodeJson } from '#platform/proto/json/encode.ts';
import type { FinishedBuild } from '../domain/build.ts';

const eventType = 'order.assembly.completed';
const eventVersion = 1;

/** The event as it goes through the outbox to Kafka. */
export const toOutboxEvent = (
  build: FinishedBuild,
  topic: string,
  headers: OutboxEvent['headers'],
): OutboxEvent => ({
  id: build.eventId,
  topic,
  key: build.orderId,
  sequence: build.sequence,
  eventType: ShipAssembledSchema.typeName,
  payload: JSON.stringify(
    encodeJson(ShipAssembledSchema, toMessage(build), { emitDefaults: true }),
  ),
  headers,
  createdAt: build.finishedAt,
});

const toMessage = ({ eventId, finishedAt, orderId, userId, buildTimeSec }: FinishedBuild) =>
  create(ShipAssembledSchema, {
    eventId,
    eventType,
    eventVersion,
    occurredAt: timestampFromDate(finishedAt),
    orderId,
    userId,
    buildTimeSec: BigInt(buildTimeSec),
  });
