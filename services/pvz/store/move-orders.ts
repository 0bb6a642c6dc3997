import type { AppError } from '#platform/base/errors.ts';
import { withTransaction } from '#platform/database/transaction.ts';
import type { Call } from '#platform/serving/call.ts';
import {
  refusalToIssue,
  refusalToReturn,
  refusalToTakeBack,
  type Order,
  type OrderStatus,
} from '../domain/order.ts';
import { refusal } from '../domain/refusal.ts';
import type { ChangeDeps } from './accept-orders.ts';
import { lockOrders } from './orders.ts';
import { saveMoved } from './save-moved.ts';

/** An order that was refused, and why. */
export interface Refused {
  orderId: bigint;
  error: AppError;
}

export interface Moving {
  orderIds: readonly bigint[];
  status: OrderStatus;
  /** Why an order may not take the status now; undefined when it may. */
  refusalOf: (order: Order, now: Date) => AppError | undefined;
}

/**
 * Gives orders a new status, each by itself, in one transaction: a refused one holds up no other. Returns the refused
 * ones in the order of the ids.
 */
const moveOrders =
  (deps: ChangeDeps) =>
  async ({ orderIds, status, refusalOf }: Moving, call: Call): Promise<Refused[]> => {
    const refused = await withTransaction(deps.pool, async (tx) => {
      const found = await lockOrders(tx, orderIds);
      // under the locks, so that no order is judged by an earlier time than its last change
      const now = deps.now();
      const judged = orderIds.map((orderId) => {
        const order = found.get(orderId);
        const error = order === undefined ? refusal.notFound(orderId) : refusalOf(order, now);
        return { orderId, error };
      });
      const moved = judged.flatMap(({ orderId, error }) =>
        error === undefined ? (found.get(orderId) ?? []) : [],
      );
      if (moved.length > 0) await saveMoved(deps)(tx, { orders: moved, status, now }, call);
      return judged.flatMap(({ orderId, error }) =>
        error === undefined ? [] : { orderId, error },
      );
    });
    if (refused.length < orderIds.length) deps.wakePublisher();
    return refused;
  };

/** Gives an order back to the courier, or throws why it is refused. */
export const returnOrder =
  (deps: ChangeDeps) =>
  async (orderId: bigint, call: Call): Promise<void> => {
    const status = 'returned_to_courier';
    const moving = { orderIds: [orderId], status, refusalOf: refusalToReturn } as const;
    const [refused] = await moveOrders(deps)(moving, call);
    if (refused !== undefined) throw refused.error;
  };

export interface AtCounter {
  userId: bigint;
  orderIds: readonly bigint[];
}

/** Issues orders to a client; returns those that were refused. */
export const issueOrders =
  (deps: ChangeDeps) =>
  ({ userId, orderIds }: AtCounter, call: Call): Promise<Refused[]> => {
    const refusalOf: Moving['refusalOf'] = (order, now) => refusalToIssue(order, { userId, now });
    return moveOrders(deps)({ orderIds, status: 'issued', refusalOf }, call);
  };

/** Takes orders back from a client; returns those that were refused. */
export const takeBackOrders =
  (deps: ChangeDeps) =>
  ({ userId, orderIds }: AtCounter, call: Call): Promise<Refused[]> => {
    const refusalOf: Moving['refusalOf'] = (order, now) =>
      refusalToTakeBack(order, { userId, now });
    return moveOrders(deps)({ orderIds, status: 'returned_by_client', refusalOf }, call);
  };
