import type { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import type { RolesOf } from '#platform/serving/rpc/access.ts';

/** What a caller needs where tokens are asked for. */
export const inventoryRoles: RolesOf<typeof InventoryService> = {
  getPart: 'parts:read',
  listParts: 'parts:read',
  getStock: 'stocks:read',
  reserveStock: 'stocks:write',
  releaseStock: 'stocks:write',
  commitStock: 'stocks:write',
};
