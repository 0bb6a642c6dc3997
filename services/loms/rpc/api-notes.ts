import { LomsService } from '#gen/loms/v1/loms_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { idempotencyKeyNote } from '#platform/idempotency/key.ts';
import { apiNotes } from '#platform/openapi/notes.ts';

/** Why each RPC refuses, for `/openapi.json`. */
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
    },
    orderInfo: { refusals: { 'not-found': ['order-not-found'] } },
    orderPay: {
      refusals: {
        'not-found': ['order-not-found'],
        precondition: ['order-not-payable'],
        conflict: ['order-busy'],
      },
    },
    orderCancel: {
      refusals: {
        'not-found': ['order-not-found'],
        precondition: ['order-not-cancellable'],
        conflict: ['order-busy'],
      },
    },
    stocksInfo: { refusals: { 'not-found': ['sku-not-found'] } },
    watchOrder: {
      refusals: {
        invalid: ['sequence-ahead'],
        'not-found': ['order-not-found'],
        exhausted: ['too-many-watches'],
        unavailable: ['watch-expired'],
      },
    },
  },
});
