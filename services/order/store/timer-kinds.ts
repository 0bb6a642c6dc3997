import { commitStock, undoOrder } from '../domain/follow-up.ts';

/** The kinds of timers; the key of each is the order id. */
export const timerKind = {
  /** Releases what the order holds at inventory and payment. */
  undo: undoOrder.kind,
  /** Takes the parts of a paid order out of the stock. */
  commitStock: commitStock.kind,
  /** Completes a payment that was started but may not have been saved. */
  finishPayment: 'finish-payment',
} as const;

export type OrderTimerKind = (typeof timerKind)[keyof typeof timerKind];
