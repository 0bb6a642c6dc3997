import type { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { toMinorUnits } from '#platform/proto/money.ts';
import type { Call } from '#platform/serving/call.ts';
import type { RpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { CreateOrderDeps } from '../usecases/create-order.ts';
import { once } from './once.ts';

export interface Inventory extends Pick<CreateOrderDeps, 'findPrices' | 'reserve'> {
  /** Releases an order's parts; later reservations for it are refused. */
  release: (orderId: string, call: Call) => Promise<void>;
  /** Takes the parts of an order out of the stock for good; repeating it changes nothing. */
  commit: (orderId: string, call: Call) => Promise<void>;
}

/** Translates between the inventory's proto and the types of this service. */
export const createInventory = (rpcs: RpcClient<typeof InventoryService>): Inventory => ({
  findPrices: async (partIds, call) => {
    const filter = { partIds: [...partIds] };
    const { parts } = await rpcs.listParts({ filter, pageSize: partIds.length }, call);
    return new Map(parts.map(({ partId, price }) => [partId, toMinorUnits(price)]));
  },
  reserve: async ({ orderId, items }, call) => {
    await rpcs.reserveStock({ orderId, items: items.map((item) => ({ ...item })) }, call);
  },
  release: async (orderId, call) => {
    await rpcs.releaseStock({ orderId }, call, once);
  },
  commit: async (orderId, call) => {
    await rpcs.commitStock({ orderId }, call, once);
  },
});
