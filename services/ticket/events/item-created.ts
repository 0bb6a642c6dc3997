import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ItemCreatedSchema } from '#gen/ticket/v1/events_pb.ts';
import { outboxEvent, type OutboxEvent } from '#platform/messaging/outbox/event.ts';

export interface CreatedItem {
  id: string;
  name: string;
  sequence: bigint;
  createdAt: Date;
}

/** Builds the event that announces a new item. */
export const itemCreated = (
  { id: itemId, name, sequence, createdAt }: CreatedItem,
  { id, topic, headers }: Pick<OutboxEvent, 'id' | 'topic' | 'headers'>,
): OutboxEvent =>
  outboxEvent(ItemCreatedSchema, {
    ...{ id, topic, key: itemId, sequence, headers, createdAt },
    message: { eventId: id, itemId, name, createdAt: timestampFromDate(createdAt) },
  });
