import { Category, InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/serving/openapi/notes.ts';

// Of the parts to begin with, one that there is plenty of.
const partId = '01970000-0000-7000-8000-000000000001';
const items = [{ partId, quantity: 2 }];
const reservedId = '01970000-0000-7000-8000-0000000000b1';
const committedId = '01970000-0000-7000-8000-0000000000b2';
const releasedId = '01970000-0000-7000-8000-0000000000b3';

/** Why each RPC refuses, and how it is called, for `/openapi.json`. */
export const inventoryNotes = apiNotes(InventoryService, {
  refusals: databaseRefusals,
  methods: {
    getPart: { refusals: { 'not-found': ['part-not-found'] }, examples: { engine: { partId } } },
    listParts: {
      refusals: { invalid: ['invalid-page-token'] },
      examples: { engines: { filter: { categories: [Category.ENGINE] }, pageSize: 10 } },
    },
    getStock: { refusals: { 'not-found': ['part-not-found'] }, examples: { engine: { partId } } },
    reserveStock: {
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
      refusals: { precondition: ['reservation-committed'] },
      examples: { 'never-reserved': { orderId: releasedId } },
    },
    commitStock: {
      refusals: {
        'not-found': ['reservation-not-found'],
        precondition: ['reservation-released'],
      },
      examples: { reserved: { orderId: committedId } },
    },
  },
});
