import { AppError } from '#platform/base/errors.ts';
import type { Order } from '../domain/order.ts';

export interface LoadOrderDeps {
  findOrder: (orderId: string) => Promise<Order | undefined>;
}

/** Loads an order, or throws `order-not-found`. */
export const loadOrder = async ({ findOrder }: LoadOrderDeps, orderId: string): Promise<Order> => {
  const order = await findOrder(orderId);
  if (order) return order;
  throw new AppError('not-found', 'order-not-found', `There is no order ${orderId}.`, {
    metadata: { order_id: orderId },
  });
};
