import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import { readIdempotencyKey } from '#platform/serving/idempotency/key.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import type { Order, OrderItem } from '../domain/order.ts';
import type { StatusChange } from '../domain/status-change.ts';

/** The use cases behind the RPCs. */
export interface LomsUseCases {
  createOrder: (
    input: { userId: bigint; items: readonly OrderItem[] },
    call: Call,
  ) => Promise<bigint>;
  loadOrder: (orderId: bigint) => Promise<Order>;
  payOrder: (orderId: bigint, call: Call) => Promise<void>;
  cancelOrder: (orderId: bigint, call: Call) => Promise<void>;
  showStock: (sku: bigint) => Promise<bigint>;
  watchOrder: (
    from: { orderId: bigint; afterSequence: bigint },
    signal: AbortSignal,
  ) => AsyncIterable<StatusChange>;
}

/** loms.v1.LomsService: proto in, use case, proto out. */
export const createLomsService = (useCases: LomsUseCases): Implementation<typeof LomsService> => ({
  orderCreate: async (request, context) => {
    const idempotencyKey = readIdempotencyKey(LomsService.method.orderCreate, request, context);
    const call = { ...toCall(context), idempotencyKey };
    return { orderId: await useCases.createOrder(request, call) };
  },
  orderInfo: async ({ orderId }) => {
    const { status, userId, items } = await useCases.loadOrder(orderId);
    return { status, userId, items: [...items] };
  },
  orderPay: async ({ orderId }, context) => {
    await useCases.payOrder(orderId, toCall(context));
    return {};
  },
  orderCancel: async ({ orderId }, context) => {
    await useCases.cancelOrder(orderId, toCall(context));
    return {};
  },
  stocksInfo: async ({ sku }) => ({ count: await useCases.showStock(sku) }),
  watchOrder: async function* (from, { signal }) {
    for await (const { moment, ...change } of useCases.watchOrder(from, signal))
      yield { ...change, moment: timestampFromDate(moment) };
  },
});
