import { AppError } from '#platform/base/errors.ts';
import type { OrderItem } from './order.ts';

// the most that inventory reserves of a part for one order
const maxQuantity = 1_000_000;

/** Adds up the quantities of each part and sorts by part id. Refuses a sum of more than a million pieces. */
export const mergeItems = (items: readonly OrderItem[]): OrderItem[] => {
  const quantities = new Map<string, number>();
  for (const { partId, quantity } of items) {
    const sum = (quantities.get(partId) ?? 0) + quantity;
    if (sum > maxQuantity) {
      throw new AppError(
        'invalid',
        'quantity-too-large',
        `The quantities of part ${partId} add up to more than ${maxQuantity}.`,
        { field: 'items' },
      );
    }
    quantities.set(partId, sum);
  }
  return [...quantities]
    .map(([partId, quantity]) => ({ partId, quantity }))
    .sort((a, b) => (a.partId < b.partId ? -1 : 1));
};
