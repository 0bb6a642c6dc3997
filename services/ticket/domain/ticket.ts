import { nameOf, type Flight } from './flight.ts';
import { findSeat, type Sale } from './sale.ts';

export type TicketStatus = 'ISSUED' | 'REJECTED' | 'CANCELLED';

/** The ticket of an order. A cancelled one without a seat was never issued, and never will be. */
export interface Ticket {
  readonly orderId: string;
  readonly status: TicketStatus;
  readonly ticketId: string | null;
  /** The name of the flight; null when there is no such flight, or it was never heard of. */
  readonly flight: string | null;
  readonly seat: number | null;
  /** Why it was refused. */
  readonly reason: string | null;
  /** How many events this service has emitted about the order. */
  readonly eventCount: bigint;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What another service has said about an order. */
export type Cause =
  | {
      readonly type: 'PaymentAuthorized';
      readonly orderId: string;
      readonly userId: string;
      readonly flight: Flight;
    }
  | { readonly type: 'RefundRequested'; readonly orderId: string; readonly reason: string };

/** What is announced of an order. */
export type Announcement =
  | {
      readonly type: 'TicketIssued';
      readonly payload: Flight & { userId: string; ticketId: string; seat: number };
    }
  | { readonly type: 'TicketRejected'; readonly payload: { reason: string } }
  | {
      readonly type: 'TicketCancelled';
      readonly payload: { ticketId?: string; seat?: number; reason: string };
    };

export interface Circumstances {
  readonly now: Date;
  /** Returns a new UUID v7. */
  readonly newTicketId: () => string;
  /** The sale of the flight that the cause names; undefined when there is no such flight. */
  readonly sale: Sale | undefined;
}

export interface Decision {
  readonly ticket: Ticket;
  readonly announcement: Announcement;
}

/**
 * Decides what becomes of an order's ticket, undefined being none yet. Returns undefined when the cause changes
 * nothing: each is acted on once, and what was cancelled stays so.
 */
export const decide = (
  ticket: Ticket | undefined,
  cause: Cause,
  circumstances: Circumstances,
): Decision | undefined => {
  if (cause.type === 'RefundRequested')
    return ticket?.status === 'CANCELLED' ? undefined : cancel(ticket, cause, circumstances);
  return ticket === undefined ? sell(cause, circumstances) : undefined;
};

const sell = (
  { orderId, userId, flight }: Cause & { type: 'PaymentAuthorized' },
  { now, newTicketId, sale }: Circumstances,
): Decision => {
  const found = findSeat(sale, now);
  const opened = { ...newTicket(orderId, now), flight: sale ? nameOf(flight) : null };
  if (typeof found === 'string')
    return {
      ticket: { ...opened, status: 'REJECTED', reason: found },
      announcement: { type: 'TicketRejected', payload: { reason: found } },
    };
  const place = { ticketId: newTicketId(), seat: found };
  return {
    ticket: { ...opened, ...place, status: 'ISSUED' },
    announcement: { type: 'TicketIssued', payload: { ...flight, ...place, userId } },
  };
};

const cancel = (
  ticket: Ticket | undefined,
  { orderId, reason }: Cause & { type: 'RefundRequested' },
  { now }: Circumstances,
): Decision => {
  const before = ticket ?? { ...newTicket(orderId, now), eventCount: 0n };
  const { ticketId, seat, eventCount } = before;
  const place = ticketId === null || seat === null ? {} : { ticketId, seat };
  return {
    ticket: { ...before, status: 'CANCELLED', eventCount: eventCount + 1n, updatedAt: now },
    announcement: { type: 'TicketCancelled', payload: { ...place, reason } },
  };
};

const newTicket = (orderId: string, now: Date) => ({
  orderId,
  ticketId: null,
  flight: null,
  seat: null,
  reason: null,
  eventCount: 1n,
  createdAt: now,
  updatedAt: now,
});
