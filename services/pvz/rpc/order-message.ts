import {
  OrderStatus,
  type AcceptOrderRequest,
  type HistoryEntrySchema,
  type OrderErrorSchema,
  type OrderSchema,
} from '#gen/pvz/v1/pvz_pb.ts';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { timestampDate, timestampFromDate } from '@bufbuild/protobuf/wkt';
import { toMajorUnits, toMinorUnits } from '#platform/proto/money.ts';
import type { OrderChange } from '../domain/change.ts';
import type { BroughtOrder } from '../domain/new-order.ts';
import { totalOf, type Order, type OrderStatus as Status } from '../domain/order.ts';
import type { Refused } from '../store/move-orders.ts';

export const toStatus: Readonly<Record<Status, OrderStatus>> = {
  accepted: OrderStatus.ACCEPTED,
  issued: OrderStatus.ISSUED,
  returned_by_client: OrderStatus.RETURNED_BY_CLIENT,
  returned_to_courier: OrderStatus.RETURNED_TO_COURIER,
};

export const toBroughtOrder = ({
  expiresAt,
  price,
  ...request
}: AcceptOrderRequest): BroughtOrder => ({
  ...request,
  expiresAt: expiresAt && timestampDate(expiresAt),
  priceMinor: minorOf(price),
});

const minorOf = (price: number): bigint | undefined => {
  try {
    return toMinorUnits(price);
  } catch {
    return undefined; // more than two decimals, or no number
  }
};

export const toOrderMessage = (order: Order): MessageInitShape<typeof OrderSchema> => ({
  orderId: order.orderId,
  userId: order.userId,
  status: toStatus[order.status],
  expiresAt: timestampFromDate(order.expiresAt),
  package: order.packaging,
  weight: order.weight,
  price: toMajorUnits(order.priceMinor),
  total: toMajorUnits(totalOf(order)),
  acceptedAt: timestampFromDate(order.acceptedAt),
  changedAt: timestampFromDate(order.changedAt),
});

export const toHistoryEntry = (
  change: OrderChange,
): MessageInitShape<typeof HistoryEntrySchema> => ({
  ...change,
  status: toStatus[change.status],
  changedAt: timestampFromDate(change.changedAt),
});

const largestNumber = BigInt(Number.MAX_SAFE_INTEGER);

/** An id that JSON cannot say exactly is left out. */
export const toOrderError = ({
  orderId,
  error: { reason: code, message },
}: Refused): MessageInitShape<typeof OrderErrorSchema> => ({
  orderId: orderId > largestNumber ? 0n : orderId,
  code,
  message,
});
