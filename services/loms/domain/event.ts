import type { OrderChange } from './order.ts';

/** A change that is announced. */
export interface OrderEvent {
  /** UUID v7. */
  readonly eventId: string;
  readonly moment: Date;
  readonly change: OrderChange;
}
