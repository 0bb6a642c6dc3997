import type { Call } from '#platform/serving/call.ts';
import { insertRowsSql } from '#platform/database/insert-rows.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import { followUpOf, type FollowUp } from '../domain/follow-up.ts';
import { orderAfter, type OrderUpdate } from '../domain/order.ts';
import { orderPaid } from '../events/order-paid.ts';
import { encodeChanges } from './order-changes.ts';

const schema = 'order';

/** What is needed to save changes of an order together with their side effects. */
export interface SaveDeps {
  pool: Queryable;
  /** The topic to which the events are published. */
  topic: string;
  /** Called after each commit, with the follow-up that was scheduled. */
  afterCommit: (followUp?: FollowUp) => void;
}

export interface SideEffectsSql {
  /** The number of the first of three parameters, as `sideEffectsOf` returns them. */
  first: number;
  /** A relation of the same statement; nothing is written when it is empty. */
  onlyIf: string;
}

/** The relations of a statement that save what an update causes: its changes, its event, its follow-up. */
export const sideEffectsSql = ({ first, onlyIf }: SideEffectsSql): string => `
  saved_changes AS (${insertRowsSql({ table: `"order".order_changes`, parameter: `$${first}`, onlyIf })}
  ), saved_events AS (${insertOutboxSql({ schema, parameter: `$${first + 1}`, onlyIf })}
  ), new_timer AS (${scheduleTimerSql({ schema, parameter: `$${first + 2}`, onlyIf })})`;

export interface SideEffects {
  /** What is still to be done by a timer. */
  followUp: FollowUp | undefined;
  /** The values of the three parameters of `sideEffectsSql`. */
  values: [changes: string, events: string, timers: string];
}

/** What an update causes. */
export const sideEffectsOf = (
  update: OrderUpdate,
  { headers }: Call,
  { topic }: Pick<SaveDeps, 'topic'>,
): SideEffects => {
  const order = orderAfter(update);
  const followUp = followUpOf(order);
  const timer = followUp && { ...followUp, key: order.orderId, payload: { headers } };
  return {
    followUp,
    values: [
      encodeChanges(update.changes),
      encodeOutboxRows(update.paid ? [orderPaid(update.paid, topic, headers)] : []),
      encodeTimers(timer ? [timer] : []),
    ],
  };
};
