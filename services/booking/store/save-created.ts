import { batched } from '#platform/base/batched.ts';
import { commitInDoubt, doubtIn } from '#platform/database/errors.ts';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import { encodeOutboxRows } from '#platform/messaging/outbox/event.ts';
import { insertOutboxSql } from '#platform/messaging/outbox/insert.ts';
import { encodeTimers, scheduleTimerSql } from '#platform/messaging/timer/schedule.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Order, OrderWithFacts } from '../domain/order.ts';
import { orderEvent } from '../events/order-event.ts';
import type { CreatedOrder } from '../usecases/create-order.ts';
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

// an order of an unknown user is left out, with all that belongs to it
const insertOrders = prepareStatement<{ order_id: string }>(
  'booking_save_created',
  `WITH saved_orders AS (
    INSERT INTO booking.orders
    SELECT created.* FROM jsonb_populate_recordset(NULL::booking.orders, $1::jsonb) AS created
     WHERE user_id IN (SELECT user_id FROM booking.users)
    RETURNING order_id, order_id::text AS key
  ), saved_facts AS (
    INSERT INTO booking.facts
    SELECT learned.* FROM jsonb_populate_recordset(NULL::booking.facts, $2::jsonb) AS learned
     WHERE order_id IN (SELECT order_id FROM saved_orders)
  ), saved_timers AS (${scheduleTimerSql({ schema: 'booking', parameter: '$3', onlyKeysOf: 'saved_orders' })}
  ), saved_events AS (${insertOutboxSql({ schema: 'booking', parameter: '$4', onlyKeysOf: 'saved_orders' })})
  SELECT order_id FROM saved_orders`,
);

interface NewOrder {
  created: OrderWithFacts;
  call: Call;
}

const maxBatchSize = 100;

/**
 * Saves a new order with its event, the timer of its saga and the answer to the call's idempotency key, all in one
 * transaction, or finds the order with which the key was answered before. Resolves with undefined when there is no such
 * user: nothing is saved. Orders without a key that come at once share a statement.
 */
export const saveCreated = (deps: SaveDeps) => {
  const saveTogether = batched(async (orders: readonly NewOrder[]) => {
    const saved = await insert(deps.pool, deps, orders).catch((error: unknown) => {
      throw doubtIn(error) === 'none' ? error : commitInDoubt(error);
    });
    if (saved.size > 0) deps.afterCommit([]);
    return orders.map(({ created: { order } }) => saved.has(order.orderId));
  }, maxBatchSize);
  return async (created: OrderWithFacts, call: Call): Promise<CreatedOrder | undefined> => {
    if (call.idempotencyKey !== undefined) return saveKeyed(deps, created, call);
    const isSaved = await saveTogether({ created, call });
    return isSaved ? { orderId: created.order.orderId, isRepeated: false } : undefined;
  };
};

const saveKeyed = async (
  deps: SaveDeps,
  created: OrderWithFacts,
  call: Call,
): Promise<CreatedOrder | undefined> => {
  const { orderId } = created.order;
  const saved = await withTransaction(deps.pool, async ({ client }) => {
    const answered = await claimAnswer(client, call.idempotencyKey);
    if (answered !== undefined) return { orderId: answered, isRepeated: true };
    if (!(await insert(client, deps, [{ created, call }])).has(orderId)) return undefined;
    await saveAnswer(client, call.idempotencyKey, orderId);
    return { orderId, isRepeated: false };
  });
  if (saved?.isRepeated === false) deps.afterCommit([]);
  return saved;
};

/** Returns the ids of the orders that were saved. */
const insert = async (
  on: Queryable,
  { topic, sagaTimeoutMs: dueInMs }: SaveDeps,
  orders: readonly NewOrder[],
): Promise<Set<string>> => {
  const rows = await insertOrders(on, [
    JSON.stringify(orders.map(({ created: { order } }) => encodeOrder(order))),
    encodeFacts(orders.map(({ created: { order, facts } }) => ({ orderId: order.orderId, facts }))),
    encodeTimers(
      orders.map(({ created: { order }, call: { headers } }) => ({
        kind: sagaTimer,
        key: order.orderId,
        dueInMs,
        payload: headers,
      })),
    ),
    encodeOutboxRows(
      orders.flatMap(({ created: { order, facts }, call: { headers } }) =>
        facts.map((fact) => orderEvent(order, fact, { topic, headers })),
      ),
    ),
  ]);
  return new Set(rows.map(({ order_id }) => order_id));
};

const encodeOrder = ({ flight, ...order }: Order) => ({
  order_id: order.orderId,
  user_id: order.userId,
  status: order.status,
  amount_minor: order.amountMinor.toString(),
  origin: flight.from,
  destination: flight.to,
  flight_date: flight.date,
  flight_time: flight.time,
  airline: flight.airline,
  quote_id: order.quoteId,
  sequence: order.sequence.toString(),
  event_count: order.eventCount.toString(),
  created_at: order.createdAt,
  updated_at: order.updatedAt,
});
