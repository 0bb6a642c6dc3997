import { commitStock, undoOrder } from '../domain/follow-up.ts';

/** The kinds of the timers; their key is the order id. */
export const timerKind = {
  /** Gives back what the order holds at inventory and payment. */
  undo: undoOrder.kind,
  /** Takes the parts of a paid order out of the stock. */
  commitStock: commitStock.kind,
  /** Completes a payment that was started but may not have been saved. */
  finishPayment: 'finish-payment',
} as const;

export type OrderTimerKind = (typeof timerKind)[keyof typeof timerKind];
