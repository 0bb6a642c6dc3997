import type { Call } from '#platform/serving/call.ts';
import type { Clock } from '#platform/base/clock.ts';
import { AppError, reasonOf } from '#platform/base/errors.ts';
import {
  refusalAnswer,
  repeatAnswer,
  type Answer,
  type StoredAnswer,
} from '#platform/serving/idempotency/answer.ts';
import type { IdempotencyKey } from '#platform/serving/idempotency/key.ts';
import { mergeItems } from '../domain/items.ts';
import {
  openOrder,
  type Order,
  orderAfter,
  type OrderChange,
  type OrderItem,
  type OrderUpdate,
  pay,
  type PaymentMethod,
} from '../domain/order.ts';
import { decodeOrder } from '../domain/order-text.ts';
import { totalOf } from '../domain/total.ts';
import { chargeFor, type ChargeDeps } from './pay-order.ts';

export interface CreateOrderDeps extends ChargeDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newId: () => string;
  /** Returns a signal that aborts when the caller should have been answered. */
  startDeadline: () => AbortSignal;
  /** Finds the price of each part that exists. */
  findPrices: (partIds: readonly string[], call: Call) => Promise<ReadonlyMap<string, bigint>>;
  /** Reserves the items of the order, all or none. */
  reserve: (order: Order, call: Call) => Promise<void>;
  /** Finds the stored answer to an idempotency key. */
  findAnswer: (key: IdempotencyKey) => Promise<StoredAnswer | undefined>;
  /** Saves the answer to the key, unless there is one. */
  saveAnswer: (key: IdempotencyKey, answer: Answer) => Promise<void>;
  /**
   * From now on everything done for the order is undone later, unless the order is saved in time. Joins an
   * attempt in progress with the same idempotency key. Returns undefined when the key has been answered.
   */
  beginAttempt: (wanted: NewAttempt, call: Call) => Promise<Attempt | undefined>;
  /**
   * Makes the undo due now; has no effect on an order that was saved or whose attempt another call has
   * joined.
   */
  expediteUndo: (attempt: Attempt) => Promise<void>;
  /**
   * Saves the order with the answer to the call's idempotency key, and cancels its undo; false, and
   * nothing saved, when the undo may have begun or the key has been answered.
   */
  saveCreated: (update: OrderUpdate, call: Call) => Promise<boolean>;
}

export interface NewAttempt {
  orderId: string;
  totalMinor: bigint;
}

/** An attempt to make an order; calls with the same idempotency key share it. */
export interface Attempt extends NewAttempt {
  /** False when an earlier attempt with the same key may still hold parts. */
  isAlone: boolean;
  /** Identifies this call among those that share the attempt. */
  callId?: string;
}

export interface CreateOrderInput {
  userId: string;
  items: readonly OrderItem[];
  /** When given, the order is paid at once. */
  method: PaymentMethod | undefined;
}

/**
 * Creates an order, its parts reserved, and paid if a method says how. What cannot be done whole is
 * undone: no other service is called before the undo is in the database, and the order is only saved
 * while the undo has not begun. Calls with one idempotency key make one order, and get its first answer.
 */
export const createOrder =
  (deps: CreateOrderDeps) =>
  async (input: CreateOrderInput, caller: Call): Promise<Order> => {
    const answered = await findFirstAnswer(deps, caller);
    if (answered !== undefined) return answered;
    const deadline = deps.startDeadline();
    const call = { ...caller, signal: AbortSignal.any([caller.signal, deadline]) };
    try {
      return await attemptOrder(deps, input, call);
    } catch (error) {
      if (isOutOfStock(error) && call.idempotencyKey !== undefined)
        await deps.saveAnswer(call.idempotencyKey, refusalAnswer(error));
      // another call with the key, or the last try of this one, may have succeeded after all
      const made = await findFirstAnswer(deps, caller);
      if (made !== undefined) return made;
      // only failures caused by the deadline itself: a save without an answer may have been committed
      throw deadline.aborted && error === deadline.reason ? tooLate(error) : error;
    }
  };

const findFirstAnswer = async (
  deps: CreateOrderDeps,
  { idempotencyKey }: Call,
): Promise<Order | undefined> => {
  if (idempotencyKey === undefined) return undefined;
  const answered = await deps.findAnswer(idempotencyKey);
  return answered && decodeOrder(repeatAnswer(answered, idempotencyKey));
};

const attemptOrder = async (
  deps: CreateOrderDeps,
  { userId, items: wanted, method }: CreateOrderInput,
  call: Call,
): Promise<Order> => {
  const items = mergeItems(wanted);
  const partIds = items.map(({ partId }) => partId);
  const price = totalOf(items, await deps.findPrices(partIds, call));
  const attempt = await deps.beginAttempt({ orderId: deps.newId(), totalMinor: price }, call);
  // The key has been answered meanwhile: createOrder catches this error and returns that answer.
  if (attempt === undefined) throw tooLate();
  const { orderId, totalMinor } = attempt;
  const opened = openOrder({ orderId, userId, items, totalMinor }, deps.now());
  return makeOrUndo(deps, { opened, method, attempt }, call);
};

interface Made {
  opened: OrderChange;
  method: PaymentMethod | undefined;
  attempt: Attempt;
}

const makeOrUndo = async (deps: CreateOrderDeps, made: Made, call: Call): Promise<Order> => {
  const { order } = made.opened;
  try {
    await deps.reserve(order, call);
    const update = await payAtOnce(deps, made, call);
    call.signal.throwIfAborted();
    if (await deps.saveCreated(update, call)) return orderAfter(update);
    throw tooLate();
  } catch (error) {
    // The undo is needed even if inventory or payment refused: an earlier try of the same call, which timed out here,
    // may still be carried out there. If the undo cannot be made due now because the database is unavailable, it fires
    // at the time that was set when the attempt began.
    await deps.expediteUndo(made.attempt).catch(() => undefined);
    throw isUndone(error, made.attempt) ? tooLate(error) : error;
  }
};

const payAtOnce = async (
  deps: CreateOrderDeps,
  { opened, method }: Made,
  call: Call,
): Promise<OrderUpdate> => {
  if (method === undefined) return { changes: [opened] };
  const transactionId = await deps.charge(chargeFor(opened.order, method), call);
  const paid = pay(opened.order, { method, transactionId }, deps.now());
  return { changes: [opened, paid], paid: { eventId: deps.newId(), order: paid.order } };
};

// the refusals of inventory and payment when the undo came before this call
const undoneReasons = ['reservation-released', 'payment-voided'];

/** Whether the undo came first, or an earlier attempt that is not yet undone still holds the parts. */
const isUndone = (error: unknown, { isAlone }: Attempt): boolean =>
  isOutOfStock(error) ? !isAlone : undoneReasons.includes(reasonOf(error) ?? '');

const isOutOfStock = (error: unknown): error is AppError =>
  error instanceof AppError && error.reason === 'out-of-stock';

const tooLate = (cause?: unknown): AppError =>
  new AppError(
    'unavailable',
    'order-out-of-time',
    'Reserving and paying took too long; nothing was saved. Try again.',
    { cause },
  );
