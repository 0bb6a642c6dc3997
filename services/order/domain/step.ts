import type { OrderChange, PaidOrder } from './order.ts';

/** The payment of an order, which is announced. */
export interface OrderPaid {
  /** UUID v7. */
  readonly eventId: string;
  readonly order: PaidOrder;
}

/** What is kept at once: changes of an order that were decided together, and what is announced of them. */
export interface OrderStep {
  readonly changes: readonly [OrderChange, ...OrderChange[]];
  readonly paid?: OrderPaid;
}

/** The order as it is after the step. */
export const orderAfter = ({ changes: [first, ...others] }: OrderStep) =>
  (others.at(-1) ?? first).order;
