import type { LifecycleManifest } from '#platform/base/manifest.ts';
import { saga, type EventType, type ServiceName, type StepId } from './domain/saga.ts';

const titles: Readonly<Record<StepId, string>> = {
  'create-order': 'Order created',
  'authorize-payment': 'Payment authorized',
  'issue-ticket': 'Ticket issued',
};

const undoTitles: Readonly<Record<ServiceName, string>> = {
  booking: 'Order taken back',
  payment: 'Payment reversed',
  ticket: 'Ticket cancelled',
};

/** The way of a booking: the saga, step by step. */
export const lifecycle: LifecycleManifest<EventType> = {
  title: 'booking',
  tables: {
    key: 'order_id',
    keyType: 'uuid',
    facts: { table: 'facts', fact: 'type', at: 'occurred_at', reason: 'reason' },
    orders: { table: 'orders', state: 'status', stuckSince: 'stuck_since' },
  },
  steps: saga.map(({ service, undo, ...step }) => ({
    ...step,
    title: titles[step.id],
    who: service,
    ...(undo && { undo: { ...undo, who: service, title: undoTitles[service] } }),
  })),
};
