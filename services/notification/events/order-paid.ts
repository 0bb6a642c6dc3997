import { timestampDate } from '@bufbuild/protobuf/wkt';
import type { OrderPaid } from '#gen/order/v1/events_pb.ts';
import type { PaidOrder } from '../domain/templates.ts';

export const toPaidOrder = ({ amount, occurredAt, ...event }: OrderPaid): PaidOrder => {
  if (!occurredAt) throw new Error('OrderPaid without occurred_at.');
  return { ...event, amountMinor: amount, paidAt: timestampDate(occurredAt) };
};
