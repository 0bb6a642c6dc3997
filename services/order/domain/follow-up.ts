import type { Order } from './order.ts';

/** What has yet to be done for an order at inventory and payment, by a timer. */
export interface FollowUp<Kind extends string = string> {
  readonly kind: Kind;
  readonly dueInMs: number;
}

/** The stock may wait: so many orders of the same parts leave it together. */
export const commitStock: FollowUp<'commit-stock'> = { kind: 'commit-stock', dueInMs: 250 };
export const undoOrder: FollowUp<'undo-order'> = { kind: 'undo-order', dueInMs: 0 };

/** A paid order's parts leave the stock; what a cancelled one holds is given back. */
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
