import { AppError } from '#platform/base/errors.ts';
import type { Flight } from './flight.ts';
import { hasEnded, reasonOf, statusOf, type Fact, type OrderStatus, type Outcome } from './saga.ts';

/** What a user ordered, and how far it has come. */
export interface Order {
  readonly orderId: string;
  readonly userId: string;
  readonly flight: Flight;
  readonly amountMinor: bigint;
  readonly quoteId?: string | undefined;
  readonly status: OrderStatus;
  /** Why it was cancelled or is refunded. */
  readonly reason?: string | undefined;
  /** How many facts are known of it: the number of the last one. */
  readonly sequence: bigint;
  /** How many of them are events of this service: the sequence of its last event. */
  readonly eventCount: bigint;
  /** Set when its saga has not ended in time, until it ends. */
  readonly stuckSince?: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewOrder = Pick<Order, 'orderId' | 'userId' | 'flight' | 'amountMinor' | 'quoteId'>;

/** A fact with the event that it came by, numbered in the order in which this service learned of it. */
export interface KnownFact extends Fact {
  readonly eventId: string;
  readonly sequence: bigint;
}

/** An order with what is known of it, in the order in which it became known. */
export interface OrderWithFacts {
  readonly order: Order;
  readonly facts: readonly KnownFact[];
}

/** Opens an order; `OrderCreated` is its first fact, and event. */
export const openOrder = (order: NewOrder, eventId: string, now: Date): OrderWithFacts => ({
  order: {
    ...order,
    status: 'CREATED',
    sequence: 1n,
    eventCount: 1n,
    createdAt: now,
    updatedAt: now,
  },
  facts: [{ eventId, type: 'OrderCreated', sequence: 1n, occurredAt: now }],
});

/** A fact that is new, and whether it is an event of this service. */
export interface Learned {
  readonly fact: Fact & { readonly eventId: string };
  readonly isOwn: boolean;
  readonly now: Date;
}

/** Adds a fact to what is known of an order; undefined when it is known already: each type happens to an order once. */
export const learn = (
  { order, facts }: OrderWithFacts,
  { fact, isOwn, now }: Learned,
): OrderWithFacts | undefined => {
  if (facts.some(({ type }) => type === fact.type)) return undefined;
  const sequence = order.sequence + 1n;
  const known = [...facts, { ...fact, sequence }];
  return {
    order: {
      ...order,
      status: statusOf(known),
      reason: reasonOf(known),
      sequence,
      eventCount: order.eventCount + (isOwn ? 1n : 0n),
      stuckSince: hasEnded(known) ? undefined : order.stuckSince,
      updatedAt: now,
    },
    facts: known,
  };
};

/** The fact that an order is taken back, with the id of the event that announces it. */
export const refundFact = (
  eventId: string,
  now: Date,
  { reason, outcome }: { reason: string; outcome: Outcome },
): Fact & { eventId: string } => ({
  eventId,
  reason,
  outcome,
  type: 'RefundRequested',
  occurredAt: now,
});

/**
 * Whether a refund that the customer asks for is to be requested now; false when it has been requested before. Refuses an
 * order whose ticket is not issued (yet).
 */
export const mayRefund = ({ orderId, status }: Order): boolean => {
  switch (status) {
    case 'TICKET_ISSUED':
      return true;
    case 'REFUND_PENDING':
    case 'REFUNDED':
      return false;
    case 'CREATED':
    case 'PAYMENT_AUTHORIZED':
      throw refused(
        orderId,
        'saga-under-way',
        `is ${status}; it can be refunded once its ticket is issued`,
      );
    case 'CANCELLED':
      throw refused(orderId, 'order-cancelled', 'was cancelled; there is nothing to refund');
  }
};

const refused = (orderId: string, reason: string, words: string): AppError =>
  new AppError('precondition', reason, `Order ${orderId} ${words}.`, {
    metadata: { order_id: orderId },
  });

export const orderNotFound = (orderId: string): AppError =>
  new AppError('not-found', 'order-not-found', `There is no order ${orderId}.`, {
    metadata: { order_id: orderId },
  });
