import { AppError } from '#platform/base/errors.ts';
import type { Order } from '../domain/order.ts';

export interface LoadOrderDeps {
  findOrder: (orderId: bigint) => Promise<Order | undefined>;
}

/** Loads an order, or throws `order-not-found`. */
export const loadOrder = async ({ findOrder }: LoadOrderDeps, orderId: bigint): Promise<Order> => {
  const order = await findOrder(orderId);
  if (order) return order;
  throw new AppError('not-found', 'order-not-found', `There is no order ${orderId.toString()}.`, {
    metadata: { order_id: orderId.toString() },
  });
};
