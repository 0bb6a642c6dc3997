import { PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/openapi/notes.ts';

/** Why each RPC refuses, for `/openapi.json`. */
export const paymentNotes = apiNotes(PaymentService, {
  refusals: databaseRefusals,
  methods: {
    payOrder: { refusals: { precondition: ['payment-differs', 'payment-voided'] } },
    voidPayment: {},
  },
});
