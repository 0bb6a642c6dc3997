import { PaymentMethod as Method, type PaymentService } from '#gen/payment/v1/payment_pb.ts';
import type { Call } from '#platform/serving/call.ts';
import type { RpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { Charge, ChargeDeps } from '../usecases/pay-order.ts';
import { once } from './once.ts';

export interface Payment extends ChargeDeps {
  /** Refunds what was charged for an order; later charges for it are refused. */
  voidPayment: (orderId: string, call: Call) => Promise<void>;
  /** The same as `charge`, for use by a timer. */
  chargeOnce: ChargeDeps['charge'];
}

/** Translates between the payment's proto and the types of this service. */
export const createPayment = (rpcs: RpcClient<typeof PaymentService>): Payment => {
  const charge = async (
    { orderId, userId, amountMinor, method }: Charge,
    call: Call,
    limits?: typeof once,
  ) => {
    const request = { orderId, userId, amount: amountMinor, paymentMethod: Method[method] };
    return (await rpcs.payOrder(request, call, limits)).transactionId;
  };
  return {
    charge: (wanted, call) => charge(wanted, call),
    chargeOnce: (wanted, call) => charge(wanted, call, once),
    voidPayment: async (orderId, call) => {
      await rpcs.voidPayment({ orderId }, call, once);
    },
  };
};
