import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { idempotencyKeyNote } from '#platform/serving/idempotency/key.ts';
import { defineContract } from '#platform/serving/contract.ts';
import { followRefusals } from '#platform/serving/watch/follow.ts';

// the first order in a new database
const first = { orderId: 1n };

/** Who may call each RPC, why it refuses, and how it is called. */
export const lomsContract = defineContract(LomsService, {
  orderCreate: {
    role: 'orders:write',
    refusals: {
      invalid: ['count-too-large'],
      precondition: ['out-of-stock', 'idempotency-key-reused'],
      conflict: ['stock-busy'],
    },
    headers: [idempotencyKeyNote],
    examples: {
      'one-sku': { userId: 1n, items: [{ sku: 1148162n, count: 2 }] },
      'two-skus': {
        userId: 1n,
        items: [
          { sku: 1148162n, count: 1 },
          { sku: 2618151n, count: 3 },
        ],
      },
    },
    links: { orderInfo: { order_id: '/order_id' }, watchOrder: { order_id: '/order_id' } },
  },
  orderInfo: {
    role: 'orders:read',
    refusals: { 'not-found': ['order-not-found'] },
    examples: { first },
  },
  orderPay: {
    role: 'orders:write',
    refusals: {
      'not-found': ['order-not-found'],
      precondition: ['order-not-payable'],
      conflict: ['order-busy'],
    },
    examples: { first },
  },
  orderCancel: {
    role: 'orders:write',
    refusals: {
      'not-found': ['order-not-found'],
      precondition: ['order-not-cancellable'],
      conflict: ['order-busy'],
    },
    examples: { second: { orderId: 2n } },
  },
  stocksInfo: {
    role: 'stocks:read',
    refusals: { 'not-found': ['sku-not-found'] },
    examples: { plenty: { sku: 1148162n } },
  },
  watchOrder: {
    role: 'orders:read',
    refusals: { ...followRefusals, 'not-found': ['order-not-found'] },
    examples: { first },
  },
});
