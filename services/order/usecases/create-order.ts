import type { Call } from '#platform/call.ts';
import type { Clock } from '#platform/clock.ts';
import { AppError } from '#platform/errors.ts';
import { mergeItems } from '../domain/items.ts';
import {
  openOrder,
  pay,
  type Order,
  type OrderChange,
  type OrderItem,
  type PaymentMethod,
} from '../domain/order.ts';
import { orderAfter, type OrderStep } from '../domain/step.ts';
import { totalOf } from '../domain/total.ts';
import { chargeFor, type ChargeDeps } from './charge.ts';

export interface CreateOrderDeps extends ChargeDeps {
  now: Clock;
  /** A new UUID v7. */
  newId: () => string;
  /** Aborts when the caller should have had an answer. */
  startDeadline: () => AbortSignal;
  /** By part, for those that there are. */
  findPrices: (partIds: readonly string[], call: Call) => Promise<ReadonlyMap<string, bigint>>;
  /** Sets the order's items aside, all or none. */
  reserve: (order: Order, call: Call) => Promise<void>;
  /** From now on all that is done for the order is undone later, unless it is saved in time. */
  scheduleUndo: (orderId: string, call: Call) => Promise<void>;
  /** The undo comes now; it never does for an order that was saved. */
  hurryUndo: (orderId: string) => Promise<void>;
  /** Keeps the order and calls its undo off; false, and nothing kept, when it may have begun. */
  saveCreated: (step: OrderStep, call: Call) => Promise<boolean>;
}

export interface CreateOrderInput {
  userId: string;
  items: readonly OrderItem[];
  /** Given: the order is paid at once. */
  method: PaymentMethod | undefined;
}

/**
 * Creates an order, its parts reserved, and paid if a method says how. What cannot be done whole is
 * undone: nothing is asked of others before the undo stands in the database, and the order is only kept
 * while the undo has not begun.
 */
export const createOrder =
  (deps: CreateOrderDeps) =>
  async ({ userId, items: wanted, method }: CreateOrderInput, caller: Call): Promise<Order> => {
    const deadline = deps.startDeadline();
    const call = { ...caller, signal: AbortSignal.any([caller.signal, deadline]) };
    const items = mergeItems(wanted);
    const orderId = deps.newId();
    try {
      const partIds = items.map(({ partId }) => partId);
      const totalMinor = totalOf(items, await deps.findPrices(partIds, call));
      const opened = openOrder({ orderId, userId, items, totalMinor }, deps.now());
      await deps.scheduleUndo(orderId, call);
      return await makeOrUndo(deps, { opened, method }, call);
    } catch (error) {
      // only what the deadline itself has cut: a save without an answer may have been made, however late it is
      throw deadline.aborted && error === deadline.reason ? tooLate(error) : error;
    }
  };

interface Made {
  opened: OrderChange;
  method: PaymentMethod | undefined;
}

const makeOrUndo = async (deps: CreateOrderDeps, made: Made, call: Call): Promise<Order> => {
  const { order } = made.opened;
  try {
    await deps.reserve(order, call);
    const step = await payAtOnce(deps, made, call);
    call.signal.throwIfAborted();
    if (await deps.saveCreated(step, call)) return orderAfter(step);
    throw tooLate();
  } catch (error) {
    // Even when we were refused: an earlier try, given up by us, may still arrive. And if this fails
    // (the database is away), the undo comes when it is due.
    await deps.hurryUndo(order.orderId).catch(() => undefined);
    throw isUndone(error) ? tooLate(error) : error;
  }
};

const payAtOnce = async (
  deps: CreateOrderDeps,
  { opened, method }: Made,
  call: Call,
): Promise<OrderStep> => {
  if (method === undefined) return { changes: [opened] };
  const transactionId = await deps.charge(chargeFor(opened.order, method), call);
  const paid = pay(opened.order, { method, transactionId }, deps.now());
  return { changes: [opened, paid], paid: { eventId: deps.newId(), order: paid.order } };
};

/** The others have had the undo before our call. */
const isUndone = (error: unknown): boolean =>
  error instanceof AppError && error.kind === 'precondition' && error.reason !== 'out-of-stock';

const tooLate = (cause?: unknown): AppError =>
  new AppError(
    'unavailable',
    'order-out-of-time',
    'Reserving and paying took too long; nothing is kept. Try again.',
    { cause },
  );
