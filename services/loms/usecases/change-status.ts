import type { Call } from '#platform/serving/call.ts';
import { AppError } from '#platform/base/errors.ts';
import {
  cancel,
  createEvents,
  type CreateEventsDeps,
  type Order,
  type OrderChange,
  type OrderEvent,
  pay,
  timeOutPayment,
} from '../domain/order.ts';
import { loadOrder, type LoadOrderDeps } from './load-order.ts';

export interface ChangeStatusDeps extends CreateEventsDeps, LoadOrderDeps {
  /**
   * Saves the change with its stock: reserved pieces are taken out when payed, given back when cancelled.
   * False, and nothing changed, when the order has changed since it was read.
   */
  saveStatusChange: (event: OrderEvent, call: Call) => Promise<boolean>;
}

type ChangeStatus = (orderId: bigint, call: Call) => Promise<void>;

/**
 * Pays an order. Repeating it changes nothing. Refuses unknown orders and those that do not await payment.
 */
export const payOrder = (deps: ChangeStatusDeps): ChangeStatus => changeStatus(deps, pay);

/**
 * Cancels an order. Repeating it changes nothing. Refuses unknown orders and those that do not await payment.
 */
export const cancelOrder = (deps: ChangeStatusDeps): ChangeStatus =>
  changeStatus(deps, (order) => cancel(order, 'by-request'));

/** Cancels an order that was not paid in time; does nothing when it no longer awaits payment. */
export const cancelUnpaidOrder = (deps: ChangeStatusDeps): ChangeStatus =>
  changeStatus(deps, timeOutPayment);

// An order changes at most once after `awaiting payment`, so the second try decides; the third is a reserve.
const maxTries = 3;

const changeStatus =
  (deps: ChangeStatusDeps, decide: (order: Order) => OrderChange | undefined): ChangeStatus =>
  async (orderId, call) => {
    for (let tries = 0; tries < maxTries; tries++) {
      const change = decide(await loadOrder(deps, orderId));
      if (!change) return;
      call.signal.throwIfAborted();
      const [event] = createEvents(deps, [change]);
      if (event && (await deps.saveStatusChange(event, call))) return;
    }
    throw new AppError('conflict', 'order-busy', 'The order keeps changing; try again.');
  };
