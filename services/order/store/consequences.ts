import type { Call } from '#platform/serving/call.ts';
import type { Queryable } from '#platform/database/pool.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import { followUpOf, type FollowUp } from '../domain/follow-up.ts';
import { orderAfter, type OrderUpdate } from '../domain/update.ts';
import { orderPaid } from '../events/order-paid.ts';
import { encodeChanges, insertChangesSql } from './order-changes.ts';

const schema = 'order';

/** What saving an order's changes together with what they cause takes. */
export interface SaveDeps {
  pool: Queryable;
  /** Where the events go. */
  topic: string;
  /** Called after each commit, with what has yet to be done. */
  afterCommit: (followUp?: FollowUp) => void;
}

export interface ConsequencesSql {
  /** The number of the first of three parameters, as `consequencesOf` returns them. */
  first: number;
  /** A relation of the same statement; nothing is written when it is empty. */
  onlyIf: string;
}

/** The relations of a statement that save what an update causes: its changes, its event, its follow-up. */
export const consequencesSql = ({ first, onlyIf }: ConsequencesSql): string => `
  saved_changes AS (${insertChangesSql({ parameter: `$${first}`, onlyIf })}
  ), saved_events AS (${insertOutboxSql({ schema, parameter: `$${first + 1}`, onlyIf })}
  ), new_timer AS (${scheduleTimerSql({ schema, parameter: `$${first + 2}`, onlyIf })})`;

export interface Consequences {
  /** What has yet to be done. */
  followUp: FollowUp | undefined;
  /** The three parameters of `consequencesSql`. */
  values: [changes: string, events: string, timers: string];
}

/** What an update causes. */
export const consequencesOf = (
  update: OrderUpdate,
  { headers }: Call,
  { topic }: Pick<SaveDeps, 'topic'>,
): Consequences => {
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
