import { OrderService } from '#gen/order/v1/order_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/openapi/notes.ts';

/** Why each RPC refuses, for `/openapi.json`. */
export const orderNotes = apiNotes(OrderService, {
  refusals: databaseRefusals,
  methods: {
    createOrder: {
      refusals: {
        invalid: ['quantity-too-large', 'total-out-of-range'],
        'not-found': ['part-not-found'],
        precondition: ['out-of-stock'],
        unavailable: ['inventory-unavailable', 'payment-unavailable', 'order-out-of-time'],
      },
    },
    getOrder: { refusals: { 'not-found': ['order-not-found'] } },
    listOrders: { refusals: { invalid: ['invalid-page-token'] } },
    payOrder: {
      refusals: {
        'not-found': ['order-not-found'],
        precondition: ['order-not-payable', 'payment-voided'],
        conflict: ['payment-under-way'],
        unavailable: ['payment-unavailable'],
      },
    },
    cancelOrder: {
      refusals: {
        'not-found': ['order-not-found'],
        precondition: ['order-not-cancellable'],
        conflict: ['order-busy'],
      },
    },
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
