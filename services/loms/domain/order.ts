import { AppError } from '#platform/base/errors.ts';

/** The statuses that may follow each one. After a final one there is none. */
export const nextStatuses = {
  new: ['awaiting payment', 'failed'],
  'awaiting payment': ['payed', 'cancelled'],
  failed: [],
  payed: [],
  cancelled: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type OrderStatus = keyof typeof nextStatuses;

const canBecome = (order: Order, status: OrderStatus): boolean =>
  (nextStatuses[order.status] as readonly OrderStatus[]).includes(status);

export interface OrderItem {
  readonly sku: bigint;
  readonly count: number;
}

export interface Order {
  readonly orderId: bigint;
  readonly userId: bigint;
  readonly status: OrderStatus;
  /** Each sku once, ascending. */
  readonly items: readonly OrderItem[];
  /** How many changes the order has had, which is the sequence of the last one. */
  readonly sequence: bigint;
}

/** One status change: the order as it is after the change, and what led there. */
export interface OrderChange {
  readonly order: Order;
  readonly previousStatus?: OrderStatus;
  readonly reason?: string;
}

/** A change of an order, with the id and the time of the event that tells of it. */
export interface OrderEvent {
  /** UUID v7. */
  readonly eventId: string;
  readonly moment: Date;
  readonly change: OrderChange;
}

export interface CreateEventsDeps {
  now: () => Date;
  /** Returns a new UUID v7. */
  newEventId: () => string;
}

/** The events of changes that were decided together: one time for all, an id for each. Nothing is saved yet. */
export const createEvents = (
  { now, newEventId }: CreateEventsDeps,
  changes: readonly OrderChange[],
): OrderEvent[] => {
  const moment = now();
  return changes.map((change) => ({ eventId: newEventId(), moment, change }));
};

export interface NewOrder {
  readonly orderId: bigint;
  readonly userId: bigint;
  readonly items: readonly OrderItem[];
}

/** Opens an order as `new`; this is its first change. */
export const openOrder = (order: NewOrder): OrderChange => ({
  order: { ...order, status: 'new', sequence: 1n },
});

/** The stock is reserved and the order waits for its payment. */
export const awaitPayment = (order: Order): OrderChange => move(order, 'awaiting payment');

/** The order fails because stock does not suffice. */
export const fail = (order: Order, reason: string): OrderChange => move(order, 'failed', reason);

/** Pays an order; undefined when it is payed already. Refuses every other status but `awaiting payment`. */
export const pay = (order: Order): OrderChange | undefined => {
  if (order.status === 'payed') return undefined;
  if (!canBecome(order, 'payed')) throw refusal(order, 'order-not-payable', 'payed');
  return move(order, 'payed');
};

/** Cancels an order; undefined when it is cancelled already. Refuses every other status but `awaiting payment`. */
export const cancel = (order: Order, reason: string): OrderChange | undefined => {
  if (order.status === 'cancelled') return undefined;
  if (!canBecome(order, 'cancelled')) throw refusal(order, 'order-not-cancellable', 'cancelled');
  return move(order, 'cancelled', reason);
};

/** Cancels an order whose time for payment is over; undefined when it no longer waits for payment. */
export const timeOutPayment = (order: Order): OrderChange | undefined =>
  canBecome(order, 'cancelled') ? cancel(order, 'payment-timeout') : undefined;

const move = (order: Order, status: OrderStatus, reason?: string): OrderChange => ({
  order: { ...order, status, sequence: order.sequence + 1n },
  previousStatus: order.status,
  ...(reason === undefined ? {} : { reason }),
});

const refusal = (order: Order, reason: string, wanted: OrderStatus): AppError =>
  new AppError(
    'precondition',
    reason,
    `Order ${order.orderId.toString()} is ${order.status}; only one that is awaiting payment can be ${wanted}.`,
    { metadata: { order_id: order.orderId.toString(), status: order.status } },
  );
