import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { idempotencyKeyNote } from '#platform/serving/idempotency/key.ts';
import { apiNotes } from '#platform/serving/openapi/notes.ts';

// The first order of a new system.
const first = { orderId: 1n };

/** Why each RPC refuses, and how it is called, for `/openapi.json`. */
export const lomsNotes = apiNotes(LomsService, {
  refusals: databaseRefusals,
  methods: {
    orderCreate: {
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
    orderInfo: { refusals: { 'not-found': ['order-not-found'] }, examples: { first } },
    orderPay: {
      refusals: {
        'not-found': ['order-not-found'],
        precondition: ['order-not-payable'],
        conflict: ['order-busy'],
      },
      examples: { first },
    },
    orderCancel: {
      refusals: {
        'not-found': ['order-not-found'],
        precondition: ['order-not-cancellable'],
        conflict: ['order-busy'],
      },
      examples: { second: { orderId: 2n } },
    },
    stocksInfo: {
      refusals: { 'not-found': ['sku-not-found'] },
      examples: { plenty: { sku: 1148162n } },
    },
    watchOrder: {
      refusals: {
        invalid: ['sequence-ahead'],
        'not-found': ['order-not-found'],
        exhausted: ['too-many-watches'],
        unavailable: ['watch-expired'],
      },
      examples: { first },
    },
  },
});
