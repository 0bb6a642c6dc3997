import { Category, InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { defineContract } from '#platform/serving/contract.ts';

// a seeded part of which there is plenty
const partId = '01970000-0000-7000-8000-000000000001';
const items = [{ partId, quantity: 2 }];
const reservedId = '01970000-0000-7000-8000-0000000000b1';
const committedId = '01970000-0000-7000-8000-0000000000b2';
const releasedId = '01970000-0000-7000-8000-0000000000b3';

/** Who may call each RPC, why it refuses, and how it is called. */
export const inventoryContract = defineContract(InventoryService, {
  getPart: {
    role: 'parts:read',
    refusals: { 'not-found': ['part-not-found'] },
    examples: { engine: { partId } },
  },
  listParts: {
    role: 'parts:read',
    refusals: { invalid: ['invalid-page-token'] },
    examples: { engines: { filter: { categories: [Category.ENGINE] }, pageSize: 10 } },
  },
  getStock: {
    role: 'stocks:read',
    refusals: { 'not-found': ['part-not-found'] },
    examples: { engine: { partId } },
  },
  reserveStock: {
    role: 'stocks:write',
    refusals: {
      'not-found': ['part-not-found'],
      precondition: [
        'out-of-stock',
        'reservation-differs',
        'reservation-released',
        'reservation-committed',
      ],
    },
    examples: {
      'two-engines': { orderId: reservedId, items },
      'to-be-committed': { orderId: committedId, items },
    },
  },
  releaseStock: {
    role: 'stocks:write',
    refusals: { precondition: ['reservation-committed'] },
    examples: { 'never-reserved': { orderId: releasedId } },
  },
  commitStock: {
    role: 'stocks:write',
    refusals: {
      'not-found': ['reservation-not-found'],
      precondition: ['reservation-released'],
    },
    examples: { reserved: { orderId: committedId } },
  },
});
