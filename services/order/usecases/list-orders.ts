import type { Order } from '../domain/order.ts';

export interface ListOrdersDeps {
  /** A user's orders, newest first, at most `limit`, those older than `before`. */
  findOrdersOf: (of: OrdersWanted) => Promise<Order[]>;
}

export interface OrdersWanted {
  userId: string;
  before: string | undefined;
  limit: number;
}

export interface OrderPage {
  orders: readonly Order[];
  /** The order behind which the next page begins; undefined when this is the last one. */
  lastOrderId: string | undefined;
}

const defaultPageSize = 50;

/** A page of a user's orders, the newest first. A page size of 0 stands for the default. */
export const listOrders =
  ({ findOrdersOf }: ListOrdersDeps) =>
  async (userId: string, pageSize: number, before?: string): Promise<OrderPage> => {
    const size = pageSize === 0 ? defaultPageSize : pageSize;
    const found = await findOrdersOf({ userId, before, limit: size + 1 });
    const orders = found.slice(0, size);
    return { orders, lastOrderId: found.length > size ? orders.at(-1)?.orderId : undefined };
  };
