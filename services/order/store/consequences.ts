import type { Call } from '#platform/serving/call.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { encodeChanges, insertChangesSql } from './order-changes.ts';
import { followUpOf, type SaveDeps } from './save-deps.ts';

const schema = 'order';

export interface ConsequencesSql {
  /** The number of the first of three parameters, as `encodeConsequences` gives them. */
  first: number;
  /** A relation of the same statement; nothing is written when it is empty. */
  onlyIf: string;
}

/** The relations of a statement that keep what a step causes: its changes, its event, its follow-up. */
export const consequencesSql = ({ first, onlyIf }: ConsequencesSql): string => `
  saved_changes AS (${insertChangesSql({ parameter: `$${first}`, onlyIf })}
  ), announced AS (${insertOutboxSql({ schema, parameter: `$${first + 1}`, onlyIf })}
  ), timed AS (${scheduleTimerSql({ schema, parameter: `$${first + 2}`, onlyIf })})`;

export const encodeConsequences = (
  step: OrderStep,
  { headers }: Call,
  { toOutboxEvent }: Pick<SaveDeps, 'toOutboxEvent'>,
): [changes: string, events: string, timers: string] => {
  const order = orderAfter(step);
  const followUp = followUpOf(order);
  return [
    encodeChanges(step.changes),
    encodeOutboxRows(step.paid ? [toOutboxEvent(step.paid, headers)] : []),
    encodeTimers(followUp ? [{ ...followUp, key: order.orderId, payload: { headers } }] : []),
  ];
};
