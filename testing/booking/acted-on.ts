import type { EventType, ServiceName } from '../../services/booking/domain/saga.ts';

/** The services that act on each event, as the contract's page says: the others pass it over. */
export const actedOnBy: Readonly<Record<EventType, readonly ServiceName[]>> = {
  OrderCreated: ['payment'],
  PaymentAuthorized: ['booking', 'ticket'],
  PaymentFailed: ['booking'],
  TicketIssued: ['booking'],
  TicketRejected: ['booking', 'payment'],
  RefundRequested: ['payment', 'ticket'],
  PaymentRefunded: ['booking'],
  TicketCancelled: ['booking'],
};

/** How often events of these types are handled in all. */
export const countHandlings = (types: readonly string[]): number =>
  types.reduce((sum, type) => sum + actedOnBy[type as EventType].length, 0);
