import type { OrderService } from '#gen/order/v1/order_pb.ts';
import type { RolesOf } from '#platform/serving/rpc/access.ts';

/** What a caller needs where tokens are asked for. */
export const orderRoles: RolesOf<typeof OrderService> = {
  createOrder: 'orders:write',
  payOrder: 'orders:write',
  cancelOrder: 'orders:write',
  getOrder: 'orders:read',
  listOrders: 'orders:read',
  watchOrder: 'orders:read',
};
