import type { OrderChange } from './order.ts';

/** A change that others are told of. */
export interface OrderEvent {
  /** UUID v7. */
  readonly eventId: string;
  readonly moment: Date;
  readonly change: OrderChange;
}
