import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import { databaseRefusals } from '#platform/database/errors.ts';
import { apiNotes } from '#platform/openapi/notes.ts';

/** Why each RPC refuses, for `/openapi.json`. */
export const inventoryNotes = apiNotes(InventoryService, {
  refusals: databaseRefusals,
  methods: {
    getPart: { refusals: { 'not-found': ['part-not-found'] } },
    listParts: { refusals: { invalid: ['invalid-page-token'] } },
    getStock: { refusals: { 'not-found': ['part-not-found'] } },
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
    },
    releaseStock: { refusals: { precondition: ['reservation-committed'] } },
    commitStock: {
      refusals: {
        'not-found': ['reservation-not-found'],
        precondition: ['reservation-released'],
      },
    },
  },
});
