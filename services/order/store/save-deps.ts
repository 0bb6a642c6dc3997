import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { OutboxEvent } from '#platform/messaging/outbox/event.ts';
import type { Order } from '../domain/order.ts';
import type { OrderPaid } from '../domain/step.ts';
import { timerKind, type OrderTimerKind } from './timer-kinds.ts';

/** What saving an order's changes together with what they cause takes. */
export interface SaveDeps {
  pool: Queryable;
  toOutboxEvent: (paid: OrderPaid, headers: Call['headers']) => OutboxEvent;
  /** Called after each commit, with what has yet to be done. */
  afterCommit: (followUp?: FollowUp) => void;
}

export interface FollowUp {
  kind: OrderTimerKind;
  dueInMs: number;
}

/** What follows; the stock may wait: so many orders of the same parts leave it in one statement. */
export const followUps = {
  commitStock: { kind: timerKind.commitStock, dueInMs: 250 },
  undo: { kind: timerKind.undo, dueInMs: 0 },
} as const satisfies Record<string, FollowUp>;

/** What has yet to be done at inventory and payment for an order that has come so far. */
export const followUpOf = ({ status }: Order): FollowUp | undefined => {
  switch (status) {
    case 'PAID':
      return followUps.commitStock;
    case 'CANCELLED':
      return followUps.undo;
    case 'PENDING_PAYMENT':
    case 'ASSEMBLED':
      return undefined;
  }
};
