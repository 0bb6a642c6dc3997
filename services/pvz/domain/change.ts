import type { OrderStatus } from './order.ts';

/** Who brought or took an order. */
export interface Actor {
  type: 'client' | 'courier';
  id: bigint;
}

/** One change of an order: the status that it took, and by whom. */
export interface OrderChange {
  orderId: bigint;
  userId: bigint;
  status: OrderStatus;
  changedAt: Date;
  /** 1, 2, 3 … per order. */
  sequence: bigint;
}

/** The contract's actor of each change: couriers are known by a random number only. */
export const actorOf = ({ status, userId }: OrderChange, newCourierId: () => bigint): Actor =>
  status === 'issued' || status === 'returned_by_client'
    ? { type: 'client', id: userId }
    : { type: 'courier', id: newCourierId() };
