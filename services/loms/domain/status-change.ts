import type { OrderStatus } from './order.ts';

/** A change of an order's status, as it is remembered. */
export interface StatusChange {
  readonly orderId: bigint;
  /** Counts the order's changes from 1. */
  readonly sequence: bigint;
  readonly status: OrderStatus;
  readonly previousStatus?: OrderStatus;
  readonly reason?: string;
  readonly moment: Date;
}

const finalStatuses: Record<OrderStatus, boolean> = {
  new: false,
  'awaiting payment': false,
  failed: true,
  payed: true,
  cancelled: true,
};

/** No change comes after it. */
export const isFinal = (status: OrderStatus): boolean => finalStatuses[status];
