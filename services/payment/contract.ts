import { PaymentMethod, PaymentService } from '#gen/payment/v1/payment_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';

/** Who may call each RPC, why it refuses, and how it is called. */
export const paymentContract = defineContract(PaymentService, {
  payOrder: {
    role: 'payments:write',
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
    role: 'payments:write',
    examples: { 'of-an-order-never-paid': { orderId: '01970000-0000-7000-8000-0000000000a2' } },
  },
  getBookingPayment: {
    role: 'payments:read',
    examples: { 'of-an-order-without-one': { orderId: '01970000-0000-7000-8000-0000000000b1' } },
  },
});
