import type { OrderChange } from './order.ts';

/** A change of an order, with the id and the time of the event that tells of it. */
export interface OrderEvent {
  /** UUID v7. */
  readonly eventId: string;
  readonly moment: Date;
  readonly change: OrderChange;
}
