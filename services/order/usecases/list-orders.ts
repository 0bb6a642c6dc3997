import type { Order } from '../domain/order.ts';

export interface ListOrdersDeps {
  /** Finds at most `limit` orders of a user, newest first, older than `before`. */
  findOrdersOf: (of: OrdersWanted) => Promise<Order[]>;
}

export interface OrdersWanted {
  userId: string;
  before: string | undefined;
  limit: number;
}

export interface OrderPage {
  orders: readonly Order[];
  /** The order after which the next page begins; undefined on the last page. */
  lastOrderId: string | undefined;
}

const defaultPageSize = 50;

/** Lists the orders of a user, newest first. A page size of 0 stands for the default. */
export const listOrders =
  ({ findOrdersOf }: ListOrdersDeps) =>
  async (userId: string, pageSize: number, before?: string): Promise<OrderPage> => {
    const size = pageSize === 0 ? defaultPageSize : pageSize;
    const found = await findOrdersOf({ userId, before, limit: size + 1 });
    const orders = found.slice(0, size);
    return { orders, lastOrderId: found.length > size ? orders.at(-1)?.orderId : undefined };
  };
