import type { Order } from './order.ts';

/** What is still to be done for an order at inventory and payment, by a timer. */
export interface FollowUp<Kind extends string = string> {
  readonly kind: Kind;
  readonly dueInMs: number;
}

/** Committing stock may wait, so that many orders of the same parts share one statement. */
export const commitStock: FollowUp<'commit-stock'> = { kind: 'commit-stock', dueInMs: 250 };
export const undoOrder: FollowUp<'undo-order'> = { kind: 'undo-order', dueInMs: 0 };

/** The parts of a paid order are taken out of the stock; what a cancelled one holds is released. */
export const followUpOf = ({ status }: Order): FollowUp | undefined => {
  switch (status) {
    case 'PAID':
      return commitStock;
    case 'CANCELLED':
      return undoOrder;
    case 'PENDING_PAYMENT':
    case 'ASSEMBLED':
      return undefined;
  }
};
