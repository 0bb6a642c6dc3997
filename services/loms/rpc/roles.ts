import type { LomsService } from '#gen/loms/v1/loms_pb.ts';
import type { RolesOf } from '#platform/serving/rpc/access.ts';

/** What a caller needs where tokens are asked for. */
export const lomsRoles: RolesOf<typeof LomsService> = {
  orderCreate: 'orders:write',
  orderPay: 'orders:write',
  orderCancel: 'orders:write',
  orderInfo: 'orders:read',
  watchOrder: 'orders:read',
  stocksInfo: 'stocks:read',
};
