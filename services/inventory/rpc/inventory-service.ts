import type { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { listParts } from '../usecases/list-parts.ts';
import type { loadPart } from '../usecases/load-part.ts';
import type { reserveStock } from '../usecases/reserve-stock.ts';
import type { commitStock, releaseStock } from '../usecases/end-reservation.ts';
import type { showStock } from '../usecases/show-stock.ts';
import { toPartMessage } from './part-message.ts';
import { toFilter } from './parts-filter.ts';

/** The use cases behind the RPCs. */
export interface InventoryUseCases {
  loadPart: ReturnType<typeof loadPart>;
  listParts: ReturnType<typeof listParts>;
  showStock: ReturnType<typeof showStock>;
  reserveStock: ReturnType<typeof reserveStock>;
  releaseStock: ReturnType<typeof releaseStock>;
  commitStock: ReturnType<typeof commitStock>;
}

/** Implements inventory.v1.InventoryService: proto in, use case, proto out. Ids are accepted in any case. */
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
