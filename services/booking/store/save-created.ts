import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { Call } from '#platform/serving/call.ts';
import type { OrderWithFacts } from '../domain/order.ts';
import { orderEvent } from '../events/order-event.ts';
import { claimAnswer, saveAnswer } from './answers.ts';
import { encodeFacts } from './encode-facts.ts';
import { sagaTimer } from './saga-timer.ts';

/** What is needed to save changes of orders together with their events and timers. */
export interface SaveDeps {
  pool: Pool;
  /** The topic of the events. */
  topic: string;
  sagaTimeoutMs: number;
  /** Called after each commit with the ids of the orders that it may have changed. */
  afterCommit: (orderIds: readonly string[]) => void;
}

const insertOrder = prepareStatement(
  'booking_save_created',
  `WITH saved_order AS (
    INSERT INTO booking.orders
      (order_id, user_id, status, amount_minor, origin, destination, flight_date, flight_time, airline,
       quote_id, sequence, event_count, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, 1, $11, $11)
  ), saved_facts AS (
    INSERT INTO booking.facts
    SELECT * FROM jsonb_populate_recordset(NULL::booking.facts, $12::jsonb)
  ), saved_timer AS (${scheduleTimerSql({ schema: 'booking', parameter: '$13' })})
  ${insertOutboxSql({ schema: 'booking', parameter: '$14' })}`,
);

/**
 * Saves a new order with its event, the timer of its saga and the answer to the call's idempotency key, all in one
 * transaction. Returns the id of the order that the key was answered with before, in which case nothing is saved;
 * undefined when the order is saved.
 */
export const saveCreated =
  (deps: SaveDeps) =>
  async (created: OrderWithFacts, call: Call): Promise<string | undefined> => {
    const { order } = created;
    const repeated = await withTransaction(deps.pool, async ({ client }) => {
      const answered = await claimAnswer(client, call.idempotencyKey);
      if (answered !== undefined) return answered;
      await insertOrder(client, valuesOf(created, deps, call));
      await saveAnswer(client, call.idempotencyKey, order.orderId);
      return undefined;
    });
    if (repeated === undefined) deps.afterCommit([]);
    return repeated;
  };

const valuesOf = (
  { order, facts }: OrderWithFacts,
  { topic, sagaTimeoutMs: dueInMs }: SaveDeps,
  { headers }: Call,
): unknown[] => {
  const { orderId, userId, status, amountMinor, flight, quoteId = null, createdAt } = order;
  const { from, to, date, time, airline } = flight;
  const events = facts.map((fact) => orderEvent(order, fact, { topic, headers }));
  return [
    ...[orderId, userId, status, amountMinor, from, to, date, time, airline, quoteId, createdAt],
    encodeFacts([{ orderId, facts }]),
    encodeTimers([{ kind: sagaTimer, key: orderId, dueInMs, payload: headers }]),
    encodeOutboxRows(events),
  ];
};
