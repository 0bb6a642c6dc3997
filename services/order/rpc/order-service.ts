import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { OrderService, type CreateOrderRequest } from '#gen/order/v1/order_pb.ts';
import { readIdempotencyKey } from '#platform/serving/idempotency/key.ts';
import { pageTokenAfter, readPageToken } from '#platform/base/page-token.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import type { OrderItem } from '../domain/order.ts';
import type { OrderUseCases } from '../use-cases.ts';
import { toMethod, toOrderMessage, toStatus } from './order-message.ts';

/** Implements order.v1.OrderService: proto in, use case, proto out. Ids are accepted in any case. */
export const createOrderService = (
  useCases: OrderUseCases,
): Implementation<typeof OrderService> => ({
  createOrder: async (request, context) => {
    const { userId, paymentMethod } = request;
    const method = paymentMethod === undefined ? undefined : toMethod(paymentMethod);
    const input = { userId: userId.toLowerCase(), items: itemsOf(request), method };
    const idempotencyKey = readIdempotencyKey(OrderService.method.createOrder, request, context);
    const call = { ...toCall(context), idempotencyKey };
    return { order: toOrderMessage(await useCases.createOrder(input, call)) };
  },
  getOrder: async ({ orderId }) => ({
    order: toOrderMessage(await useCases.loadOrder(orderId.toLowerCase())),
  }),
  listOrders: async ({ userId, pageSize, pageToken }) => {
    const before = readPageToken(pageToken);
    const page = await useCases.listOrders(userId.toLowerCase(), pageSize, before);
    return {
      orders: page.orders.map(toOrderMessage),
      nextPageToken: page.lastOrderId === undefined ? '' : pageTokenAfter(page.lastOrderId),
    };
  },
  payOrder: async ({ orderId, paymentMethod }, context) => {
    const wanted = { orderId: orderId.toLowerCase(), method: toMethod(paymentMethod) };
    return { transactionId: await useCases.payOrder(wanted, toCall(context)) };
  },
  cancelOrder: async ({ orderId }, context) => {
    await useCases.cancelOrder(orderId.toLowerCase(), toCall(context));
    return {};
  },
  watchOrder: async function* ({ orderId, afterSequence }, { signal }) {
    const from = { key: orderId.toLowerCase(), after: afterSequence };
    for await (const { status, previousStatus, moment, ...change } of useCases.watchOrder(
      from,
      signal,
    ))
      yield {
        ...change,
        status: toStatus(status),
        moment: timestampFromDate(moment),
        ...(previousStatus && { previousStatus: toStatus(previousStatus) }),
      };
  },
});

/** A part named several times counts each time. The contract accepts only one of the two lists. */
const itemsOf = ({ partIds, items }: CreateOrderRequest): OrderItem[] => [
  ...partIds.map((partId) => ({ partId: partId.toLowerCase(), quantity: 1 })),
  ...items.map(({ partId, quantity }) => ({ partId: partId.toLowerCase(), quantity })),
];
