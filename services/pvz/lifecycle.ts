import type { LifecycleManifest } from '#platform/base/manifest.ts';
import type { OrderStatus } from './domain/order.ts';

/** The way of a parcel through the pick-up point; its facts are the statuses of the domain. */
export const lifecycle: LifecycleManifest<OrderStatus> = {
  title: 'parcel',
  tables: {
    key: 'order_id',
    keyType: 'bigint',
    facts: { table: 'order_changes', fact: 'status', at: 'changed_at' },
    orders: { table: 'orders', state: 'status' },
  },
  steps: [
    {
      id: 'accept',
      title: 'Accepted from the courier',
      who: 'courier',
      done: 'accepted',
      undo: {
        title: 'Given back to the courier',
        who: 'pvz',
        causedBy: ['returned_by_client', 'returned_to_courier'],
        done: 'returned_to_courier',
      },
    },
    {
      id: 'issue',
      title: 'Issued to the client',
      who: 'client',
      causedBy: 'accepted',
      done: 'issued',
      endedBy: 'returned_to_courier',
      undo: {
        title: 'Brought back by the client',
        who: 'client',
        causedBy: ['returned_by_client'],
        done: 'returned_by_client',
      },
    },
  ],
};
