import type { OrderStatus } from './order.ts';

/** A change of an order's status, as it is remembered. */
export interface StatusChange {
  readonly orderId: string;
  /** Counts the order's changes from 1. */
  readonly sequence: bigint;
  readonly status: OrderStatus;
  readonly previousStatus?: OrderStatus;
  readonly moment: Date;
}

const finalStatuses: Record<OrderStatus, boolean> = {
  PENDING_PAYMENT: false,
  PAID: false,
  CANCELLED: true,
  ASSEMBLED: true,
};

/** No change comes after it. */
export const isFinal = (status: OrderStatus): boolean => finalStatuses[status];
