import { PaymentMethod, type PaymentService } from '#gen/payment/v1/payment_pb.ts';
import type { FindWorkflow } from '#platform/messaging/workflow.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { PaymentMethod as DomainMethod } from '../domain/payment.ts';
import type { findBookingPayment } from '../store/booking-payments.ts';
import type { voidPayment } from '../store/payments.ts';
import type { payOrder } from '../usecases/pay-order.ts';
import { toBookingPaymentMessage } from './booking-payment-message.ts';

export interface PaymentDeps {
  payOrder: ReturnType<typeof payOrder>;
  voidPayment: ReturnType<typeof voidPayment>;
  findBookingPayment: ReturnType<typeof findBookingPayment>;
  findWorkflow: FindWorkflow;
}

/** Implements payment.v1.PaymentService: proto in, use case, proto out. Ids are accepted in any case. */
export const createPaymentService = (deps: PaymentDeps): Implementation<typeof PaymentService> => ({
  payOrder: async ({ orderId, userId, amount, paymentMethod }) => ({
    transactionId: await deps.payOrder({
      orderId: orderId.toLowerCase(),
      userId: userId.toLowerCase(),
      amountMinor: amount,
      method: toMethod(paymentMethod),
    }),
  }),
  voidPayment: async ({ orderId }) => {
    await deps.voidPayment(orderId.toLowerCase());
    return {};
  },
  getBookingPayment: async ({ orderId: asked }) => {
    const orderId = asked.toLowerCase();
    const [payment, workflow] = await Promise.all([
      deps.findBookingPayment(orderId),
      deps.findWorkflow(orderId),
    ]);
    return { ...workflow, ...(payment && { payment: toBookingPaymentMessage(payment) }) };
  },
});

const methods = new Map<number, DomainMethod>([
  [PaymentMethod.CARD, 'CARD'],
  [PaymentMethod.SBP, 'SBP'],
  [PaymentMethod.CREDIT_CARD, 'CREDIT_CARD'],
  [PaymentMethod.INVESTOR_MONEY, 'INVESTOR_MONEY'],
]);

const toMethod = (number: number): DomainMethod => {
  const method = methods.get(number);
  if (method !== undefined) return method;
  throw new Error(`Validation let unknown payment method ${number} through.`);
};
