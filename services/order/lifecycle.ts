import type { LifecycleManifest } from '#platform/base/manifest.ts';
import type { OrderStatus } from './domain/order.ts';
import { timerKind } from './store/timer-kinds.ts';

type Fact =
  | OrderStatus
  | 'ShipAssembled'
  | 'handled by notification-payment'
  | 'handled by notification-assembly';

/**
 * The way of an order for a ship: the statuses of the domain, and what assembly and notification do when they hear of
 * them.
 */
export const lifecycle: LifecycleManifest<Fact> = {
  title: 'ship',
  tables: {
    key: 'order_id',
    keyType: 'uuid',
    facts: { table: 'order_changes', fact: 'status', at: 'moment' },
    orders: { table: 'orders', state: 'status' },
  },
  steps: [
    {
      id: 'create',
      title: 'Order created, parts reserved',
      who: 'order',
      done: 'PENDING_PAYMENT',
      undo: {
        title: 'Parts released, payment voided',
        who: 'order',
        causedBy: ['CANCELLED'],
        timer: timerKind.undo,
      },
    },
    {
      id: 'pay',
      title: 'Paid',
      who: 'customer',
      causedBy: 'PENDING_PAYMENT',
      done: 'PAID',
      endedBy: 'CANCELLED',
    },
    {
      id: 'commit-stock',
      title: 'Parts taken out of the stock',
      who: 'order',
      causedBy: 'PAID',
      timer: timerKind.commitStock,
    },
    {
      id: 'tell-payment',
      title: 'Customer notified of the payment',
      who: 'notification',
      causedBy: 'PAID',
      done: 'handled by notification-payment',
    },
    {
      id: 'build',
      title: 'Ship built',
      who: 'assembly',
      causedBy: 'PAID',
      done: 'ShipAssembled',
      timer: 'build',
    },
    {
      id: 'assemble',
      title: 'Order completed',
      who: 'order',
      causedBy: 'ShipAssembled',
      done: 'ASSEMBLED',
    },
    {
      id: 'tell-assembly',
      title: 'Customer notified of the ship',
      who: 'notification',
      causedBy: 'ShipAssembled',
      done: 'handled by notification-assembly',
    },
  ],
};
