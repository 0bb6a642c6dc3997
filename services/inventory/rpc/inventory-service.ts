import type { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { StockItem } from '../domain/items.ts';
import type { Part } from '../domain/part.ts';
import type { ListPartsInput, PartsPage } from '../usecases/list-parts.ts';
import { toPartMessage } from './part-message.ts';
import { toFilter } from './parts-filter.ts';

/** The use cases behind the RPCs. */
export interface InventoryUseCases {
  loadPart: (partId: string) => Promise<Part>;
  listParts: (input: ListPartsInput) => Promise<PartsPage>;
  showStock: (partId: string) => Promise<bigint>;
  reserveStock: (orderId: string, items: readonly StockItem[]) => Promise<void>;
  releaseStock: (orderId: string) => Promise<void>;
  commitStock: (orderId: string) => Promise<void>;
}

/** inventory.v1.InventoryService: proto in, use case, proto out. Ids come in any case of letters. */
export const createInventoryService = (
  useCases: InventoryUseCases,
): Implementation<typeof InventoryService> => ({
  getPart: async ({ partId }) => ({
    part: toPartMessage(await useCases.loadPart(partId.toLowerCase())),
  }),
  listParts: async ({ filter, pageSize, pageToken }) => {
    const page = await useCases.listParts({ filter: toFilter(filter), pageSize, pageToken });
    return { parts: page.parts.map(toPartMessage), nextPageToken: page.nextPageToken };
  },
  getStock: async ({ partId }) => ({ available: await useCases.showStock(partId.toLowerCase()) }),
  reserveStock: async ({ orderId, items }) => {
    const wanted = items.map(({ partId, quantity }) => ({
      partId: partId.toLowerCase(),
      quantity,
    }));
    await useCases.reserveStock(orderId.toLowerCase(), wanted);
    return {};
  },
  releaseStock: async ({ orderId }) => {
    await useCases.releaseStock(orderId.toLowerCase());
    return {};
  },
  commitStock: async ({ orderId }) => {
    await useCases.commitStock(orderId.toLowerCase());
    return {};
  },
});
