import { AppError } from '#platform/base/errors.ts';

export type PaymentMethod = 'CARD' | 'SBP' | 'CREDIT_CARD' | 'INVESTOR_MONEY';

export interface Payment {
  readonly method: PaymentMethod;
  readonly transactionId: string;
}

export interface OrderItem {
  readonly partId: string;
  readonly quantity: number;
}

interface OrderFacts {
  readonly orderId: string;
  readonly userId: string;
  /** Each part once, ascending by id. */
  readonly items: readonly OrderItem[];
  readonly totalMinor: bigint;
  /** How many changes the order has had, which is the sequence of the last one. */
  readonly sequence: bigint;
  /** How many events it has had: the sequence of the last one. Only the payment is an event. */
  readonly eventCount: bigint;
  readonly createdAt: Date;
  /** The time of the last change. */
  readonly updatedAt: Date;
}

export interface UnpaidOrder extends OrderFacts {
  readonly status: 'PENDING_PAYMENT' | 'CANCELLED';
}

export interface PaidOrder extends OrderFacts {
  readonly status: 'PAID' | 'ASSEMBLED';
  readonly payment: Payment;
}

export type Order = UnpaidOrder | PaidOrder;
export type OrderStatus = Order['status'];

/** The statuses that may follow each one. After a final one there is none. */
export const nextStatuses: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING_PAYMENT: ['PAID', 'CANCELLED'],
  PAID: ['ASSEMBLED'],
  ASSEMBLED: [],
  CANCELLED: [],
};

const canBecome = ({ status }: Order, next: OrderStatus): boolean =>
  nextStatuses[status].includes(next);

/** One status change: the order as it is after the change, and what it was before. */
export interface OrderChange<After extends Order = Order> {
  readonly order: After;
  readonly previousStatus?: OrderStatus;
}

export type NewOrder = Pick<OrderFacts, 'orderId' | 'userId' | 'items' | 'totalMinor'>;

/** Opens an order whose parts are reserved; this is its first change. */
export const openOrder = (order: NewOrder, now: Date): OrderChange<UnpaidOrder> => ({
  order: {
    ...order,
    status: 'PENDING_PAYMENT',
    sequence: 1n,
    eventCount: 0n,
    createdAt: now,
    updatedAt: now,
  },
});

/**
 * Returns the transaction of an order that was paid by this method; undefined when it can be paid. Refuses
 * all others.
 */
export const findPayment = (order: Order, method: PaymentMethod): string | undefined => {
  if (order.status === 'PENDING_PAYMENT') return undefined;
  if (order.status === 'PAID' && order.payment.method === method)
    return order.payment.transactionId;
  throw refusal(order, 'order-not-payable', 'paid');
};

/** Marks an order PAID and counts the event that announces it. Refuses every other status but PENDING_PAYMENT. */
export const pay = (order: Order, payment: Payment, now: Date): OrderChange<PaidOrder> => {
  if (!canBecome(order, 'PAID')) throw refusal(order, 'order-not-payable', 'paid');
  const eventCount = order.eventCount + 1n;
  return {
    order: { ...order, ...next(order, now), eventCount, status: 'PAID', payment },
    previousStatus: order.status,
  };
};

/** Cancels an order. Refuses every status but PENDING_PAYMENT. */
export const cancel = (order: Order, now: Date): OrderChange<UnpaidOrder> => {
  if (!canBecome(order, 'CANCELLED')) throw refusal(order, 'order-not-cancellable', 'cancelled');
  return {
    order: { ...order, ...next(order, now), status: 'CANCELLED' },
    previousStatus: order.status,
  };
};

/** Marks the ship as built; undefined when it is already. Refuses an order that was never paid. */
export const assemble = (order: Order, now: Date): OrderChange<PaidOrder> | undefined => {
  switch (order.status) {
    case 'ASSEMBLED':
      return undefined;
    case 'PAID':
      return {
        order: { ...order, ...next(order, now), status: 'ASSEMBLED' },
        previousStatus: order.status,
      };
    case 'PENDING_PAYMENT':
    case 'CANCELLED':
      throw new AppError(
        'precondition',
        'order-not-paid',
        `Order ${order.orderId} is ${order.status}; it has not been paid, so it cannot be ASSEMBLED.`,
      );
  }
};

const next = (order: Order, now: Date): Pick<OrderFacts, 'sequence' | 'updatedAt'> => ({
  sequence: order.sequence + 1n,
  updatedAt: now,
});

const refusal = ({ orderId, status }: Order, reason: string, wanted: string): AppError =>
  new AppError(
    'precondition',
    reason,
    `Order ${orderId} is ${status}; only one that is PENDING_PAYMENT can be ${wanted}.`,
    { metadata: { order_id: orderId, status } },
  );

/** The event of an order's payment. */
export interface OrderPaid {
  /** UUID v7. */
  readonly eventId: string;
  readonly order: PaidOrder;
}

/** What is saved at once: status changes that were decided together, and the event of the payment if one is among them. */
export interface OrderUpdate {
  readonly changes: readonly [OrderChange, ...OrderChange[]];
  readonly paid?: OrderPaid;
}

/** The order as it is after the update. */
export const orderAfter = ({ changes: [first, ...others] }: OrderUpdate) =>
  (others.at(-1) ?? first).order;
