import { AppError } from '#platform/base/errors.ts';
import type { OrderItem } from './order.ts';

// the proto's count is a uint32
const maxCount = 0xffff_ffff;

/** Adds up the counts of each sku and sorts by sku. Refuses a sum beyond uint32. */
export const mergeItems = (items: readonly OrderItem[]): OrderItem[] => {
  const counts = new Map<bigint, number>();
  for (const { sku, count } of items) {
    const sum = (counts.get(sku) ?? 0) + count;
    if (sum > maxCount) {
      throw new AppError(
        'invalid',
        'count-too-large',
        `The counts of sku ${sku.toString()} add up to more than ${maxCount}.`,
        { field: 'items' },
      );
    }
    counts.set(sku, sum);
  }
  return [...counts]
    .map(([sku, count]) => ({ sku, count }))
    .sort((a, b) => (a.sku < b.sku ? -1 : 1));
};
