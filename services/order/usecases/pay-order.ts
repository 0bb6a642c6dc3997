import type { Call } from '#platform/serving/call.ts';
import type { Clock } from '#platform/base/clock.ts';
import { AppError } from '#platform/base/errors.ts';
import {
  findPayment,
  type Order,
  type OrderUpdate,
  pay,
  type PaymentMethod,
} from '../domain/order.ts';
import { loadOrder, type LoadOrderDeps } from './load-order.ts';

export interface Charge {
  orderId: string;
  userId: string;
  amountMinor: bigint;
  method: PaymentMethod;
}

export interface ChargeDeps {
  /** Charges an order, at most once however often it is called; returns the transaction's id. */
  charge: (charge: Charge, call: Call) => Promise<string>;
}

export const chargeFor = (order: Order, method: PaymentMethod): Charge => ({
  orderId: order.orderId,
  userId: order.userId,
  amountMinor: order.totalMinor,
  method,
});

export interface SavePaymentDeps extends ChargeDeps, LoadOrderDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newId: () => string;
  /** Saves the change; false, and nothing changed, when the order has changed since it was read. */
  saveMoved: (update: OrderUpdate, call: Call) => Promise<boolean>;
}

export interface PayOrderDeps extends SavePaymentDeps {
  /**
   * Schedules a timer that completes the payment if this process dies. Returns the method of the payment
   * that is under way: this one's, or that of an earlier call that is not finished yet.
   */
  schedulePayment: (payment: PaymentWanted, call: Call) => Promise<PaymentMethod>;
}

export interface PaymentWanted {
  orderId: string;
  method: PaymentMethod;
}

/**
 * Pays an order and returns the transaction's id; again with the same method: the same one. Refuses unknown
 * orders and those that are not PENDING_PAYMENT. Once payment has been called, the order will be PAID or the
 * payment voided, even if this process dies.
 */
export const payOrder =
  (deps: PayOrderDeps) =>
  async (wanted: PaymentWanted, call: Call): Promise<string> => {
    const order = await loadOrder(deps, wanted.orderId);
    const known = findPayment(order, wanted.method);
    if (known !== undefined) return known;
    call.signal.throwIfAborted();
    const underWay = await deps.schedulePayment(wanted, call);
    if (underWay !== wanted.method) throw otherPayment(wanted.orderId, underWay);
    const outcome = await savePayment(deps, { order, method: wanted.method }, call);
    if (outcome.kind === 'paid') return outcome.transactionId;
    // payment may also have refused because a concurrent call won: reload the order
    const moved = findPayment(await loadOrder(deps, wanted.orderId), wanted.method);
    if (moved !== undefined) return moved;
    if (outcome.kind === 'refused') throw outcome.refusal;
    throw new Error(
      `Order ${wanted.orderId} was not saved as PAID, though nothing has changed it.`,
    );
  };

type PaymentOutcome =
  | { kind: 'paid'; transactionId: string }
  /** Payment refuses the charge. */
  | { kind: 'refused'; refusal: AppError }
  /** The order has changed since it was read; nothing is saved. */
  | { kind: 'overtaken' };

/**
 * Completes a payment that was started but may not have been saved. Nothing to do for an order that is no
 * longer PENDING_PAYMENT: it is PAID, or its cancellation voids the payment.
 */
export const finishPayment =
  (deps: SavePaymentDeps) =>
  async ({ orderId, method }: PaymentWanted, call: Call): Promise<void> => {
    const order = await loadOrder(deps, orderId);
    if (order.status !== 'PENDING_PAYMENT') return;
    const outcome = await savePayment(deps, { order, method }, call);
    if (outcome.kind === 'refused') throw outcome.refusal;
  };

const savePayment = async (
  deps: SavePaymentDeps,
  { order, method }: { order: Order; method: PaymentMethod },
  call: Call,
): Promise<PaymentOutcome> => {
  const charged = await deps
    .charge(chargeFor(order, method), call)
    .then((transactionId) => ({ kind: 'charged' as const, transactionId }), refusedOrThrow);
  if (charged.kind === 'refused') return charged;
  const { transactionId } = charged;
  const change = pay(order, { method, transactionId }, deps.now());
  const paid = { eventId: deps.newId(), order: change.order };
  const isSaved = await deps.saveMoved({ changes: [change], paid }, call);
  return isSaved ? { kind: 'paid', transactionId } : { kind: 'overtaken' };
};

const refusedOrThrow = (error: unknown) => {
  if (error instanceof AppError && error.kind === 'precondition')
    return { kind: 'refused' as const, refusal: error };
  throw error;
};

const otherPayment = (orderId: string, underWay: PaymentMethod): AppError =>
  new AppError(
    'conflict',
    'payment-under-way',
    `A payment of order ${orderId} by ${underWay} is being finished; try again.`,
    { metadata: { order_id: orderId, payment_method: underWay } },
  );
