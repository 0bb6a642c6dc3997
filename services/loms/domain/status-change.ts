import { nextStatuses, type OrderStatus } from './order.ts';

/** A change of an order's status, as it is stored for watchers. */
export interface StatusChange {
  readonly orderId: bigint;
  /** The number of the change, counted from 1. */
  readonly sequence: bigint;
  readonly status: OrderStatus;
  readonly previousStatus?: OrderStatus;
  readonly reason?: string;
  readonly moment: Date;
}

/** Whether the status is final, so that no change can follow. */
export const isFinal = (status: OrderStatus): boolean => nextStatuses[status].length === 0;
