import type { LifecycleManifest } from '#platform/base/manifest.ts';
import type { OrderStatus } from './domain/order.ts';
import { paymentTimer } from './store/payment-timer.ts';

/** The way of an order for goods; its facts are the statuses of the domain. */
export const lifecycle: LifecycleManifest<OrderStatus> = {
  title: 'goods',
  tables: {
    key: 'order_id',
    keyType: 'bigint',
    facts: { table: 'order_changes', fact: 'status', at: 'moment', reason: 'reason' },
    orders: { table: 'orders', state: 'status' },
  },
  steps: [
    { id: 'create', title: 'Order created', who: 'loms', done: 'new' },
    {
      id: 'reserve-stock',
      title: 'Stock reserved',
      who: 'loms',
      causedBy: 'new',
      done: 'awaiting payment',
      failed: 'failed',
      undo: { title: 'Stock released', who: 'loms', causedBy: ['cancelled'], done: 'cancelled' },
    },
    {
      id: 'pay',
      title: 'Paid',
      who: 'customer',
      causedBy: 'awaiting payment',
      done: 'payed',
      endedBy: 'cancelled',
      timer: paymentTimer,
    },
  ],
};
