import type { GetBookingPaymentResponse, PaymentService } from '#gen/payment/v1/payment_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import type { RpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';

export interface Payment {
  /** Finds what payment has of an order. Rejects with `payment-unavailable`. */
  findPayment: (orderId: string, call: Call) => Promise<GetBookingPaymentResponse>;
}

/** Translates between payment's proto and the types of this service. */
export const createPayment = (rpcs: RpcClient<typeof PaymentService>): Payment => ({
  findPayment: (orderId, call) => rpcs.getBookingPayment({ orderId }, call),
});
