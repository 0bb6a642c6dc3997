import { PaymentMethod, PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/serving/openapi/notes.ts';

/** Why each RPC refuses, and how it is called, for `/openapi.json`. */
export const paymentNotes = apiNotes(PaymentService, {
  refusals: databaseRefusals,
  methods: {
    payOrder: {
      refusals: { precondition: ['payment-differs', 'payment-voided'] },
      examples: {
        'by-card': {
          orderId: '01970000-0000-7000-8000-0000000000a1',
          userId: '01970000-0000-7000-8000-0000000000aa',
          amount: 12_500n,
          paymentMethod: PaymentMethod.CARD,
        },
      },
    },
    voidPayment: {
      examples: { 'of-an-order-never-paid': { orderId: '01970000-0000-7000-8000-0000000000a2' } },
    },
  },
});
