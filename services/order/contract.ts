import { OrderService } from '#gen/order/v1/order_pb.ts';
import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import { idempotencyKeyNote } from '#platform/serving/idempotency/key.ts';
import { defineContract } from '#platform/serving/contract.ts';
import { followRefusals } from '#platform/serving/watch/follow.ts';

const userId = '01970000-0000-7000-8000-0000000000aa';
// seeded parts of which there are plenty
const engine = '01970000-0000-7000-8000-000000000001';
const porthole = '01970000-0000-7000-8000-000000000007';

/** Who may call each RPC, why it refuses, and how it is called. */
export const orderContract = defineContract(OrderService, {
  createOrder: {
    role: 'orders:write',
    refusals: {
      invalid: ['quantity-too-large', 'total-out-of-range'],
      'not-found': ['part-not-found'],
      precondition: ['out-of-stock', 'idempotency-key-reused'],
      unavailable: ['inventory-unavailable', 'payment-unavailable', 'order-out-of-time'],
    },
    headers: [idempotencyKeyNote],
    examples: {
      'by-parts': { userId, partIds: [engine, porthole, porthole] },
      'paid-at-once': {
        userId,
        items: [{ partId: engine, quantity: 2 }],
        paymentMethod: PaymentMethod.CARD,
      },
    },
    links: {
      getOrder: { order_id: '/order_id' },
      payOrder: { order_id: '/order_id' },
      cancelOrder: { order_id: '/order_id' },
    },
  },
  getOrder: { role: 'orders:read', refusals: { 'not-found': ['order-not-found'] } },
  listOrders: {
    role: 'orders:read',
    refusals: { invalid: ['invalid-page-token'] },
    examples: { newest: { userId, pageSize: 10 } },
  },
  payOrder: {
    role: 'orders:write',
    refusals: {
      'not-found': ['order-not-found'],
      precondition: ['order-not-payable', 'payment-voided'],
      conflict: ['payment-under-way'],
      unavailable: ['payment-unavailable'],
    },
    examples: { 'by-card': { paymentMethod: PaymentMethod.CARD } },
  },
  cancelOrder: {
    role: 'orders:write',
    refusals: {
      'not-found': ['order-not-found'],
      precondition: ['order-not-cancellable'],
      conflict: ['order-busy'],
    },
  },
  watchOrder: {
    role: 'orders:read',
    refusals: { ...followRefusals, 'not-found': ['order-not-found'] },
  },
});
