import type { Call } from '#platform/serving/call.ts';
import type { Order, PaymentMethod } from '../domain/order.ts';

export interface Charge {
  orderId: string;
  userId: string;
  amountMinor: bigint;
  method: PaymentMethod;
}

export interface ChargeDeps {
  /** Charges an order, at most once however often it is called; returns the transaction's id. */
  charge: (charge: Charge, call: Call) => Promise<string>;
}

export const chargeFor = (order: Order, method: PaymentMethod): Charge => ({
  orderId: order.orderId,
  userId: order.userId,
  amountMinor: order.totalMinor,
  method,
});
