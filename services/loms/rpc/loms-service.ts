import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { readIdempotencyKey } from '#platform/serving/idempotency/key.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { toCall } from '#platform/serving/rpc/to-call.ts';
import type { Follow } from '#platform/serving/watch/follow.ts';
import type { StatusChange } from '../domain/status-change.ts';
import type { createOrder } from '../usecases/create-order.ts';
import type { loadOrder } from '../usecases/load-order.ts';
import type { cancelOrder, payOrder } from '../usecases/change-status.ts';
import type { showStock } from '../usecases/show-stock.ts';

/** The use cases behind the RPCs. */
export interface LomsUseCases {
  createOrder: ReturnType<typeof createOrder>;
  loadOrder: (orderId: bigint) => ReturnType<typeof loadOrder>;
  payOrder: ReturnType<typeof payOrder>;
  cancelOrder: ReturnType<typeof cancelOrder>;
  showStock: ReturnType<typeof showStock>;
  watchOrder: Follow<bigint, StatusChange>;
}

/** Implements loms.v1.LomsService: proto in, use case, proto out. */
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
  watchOrder: async function* ({ orderId, afterSequence: after }, { signal }) {
    for await (const { moment, ...change } of useCases.watchOrder({ key: orderId, after }, signal))
      yield { ...change, moment: timestampFromDate(moment) };
  },
});
