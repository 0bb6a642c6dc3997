import type { OrderChange, PaidOrder } from './order.ts';

/** The event of an order's payment. */
export interface OrderPaid {
  /** UUID v7. */
  readonly eventId: string;
  readonly order: PaidOrder;
}

/** What is saved at once: status changes that were decided together, and the event of the payment if one is among them. */
export interface OrderUpdate {
  readonly changes: readonly [OrderChange, ...OrderChange[]];
  readonly paid?: OrderPaid;
}

/** The order as it is after the update. */
export const orderAfter = ({ changes: [first, ...others] }: OrderUpdate) =>
  (others.at(-1) ?? first).order;
