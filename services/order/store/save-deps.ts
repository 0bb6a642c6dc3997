import type { Call } from '#platform/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { OutboxEvent } from '#platform/outbox/event.ts';
import { encodeTimers } from '#platform/timer/schedule.ts';
import type { Order } from '../domain/order.ts';
import type { OrderPaid } from '../domain/step.ts';
import { timerKind, type OrderTimerKind } from './timer-kinds.ts';

/** What saving an order's changes together with what they cause takes. */
export interface SaveDeps {
  pool: Queryable;
  toOutboxEvent: (paid: OrderPaid, headers: Call['headers']) => OutboxEvent;
  /** Called after each commit, with the timer that is due from then on. */
  afterCommit: (due?: OrderTimerKind) => void;
}

/** What has yet to be done at inventory and payment for an order that has come so far. */
export const followUpOf = ({ status }: Order): OrderTimerKind | undefined => {
  switch (status) {
    case 'PAID':
      return timerKind.commitStock;
    case 'CANCELLED':
      return timerKind.undo;
    case 'PENDING_PAYMENT':
    case 'ASSEMBLED':
      return undefined;
  }
};

/** The follow-up as the parameter of `scheduleTimerSql`, due at once. */
export const encodeFollowUp = (order: Order, { headers }: Call): string => {
  const kind = followUpOf(order);
  return encodeTimers(
    kind === undefined ? [] : [{ kind, key: order.orderId, dueInMs: 0, payload: { headers } }],
  );
};
