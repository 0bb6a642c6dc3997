import { AppError } from '#platform/base/errors.ts';
import type { OrderItem } from './order.ts';

// events and answers carry the total as a JSON number
const maxMinor = 2n ** 53n - 1n;

/**
 * Returns what the items cost together, in minor units. Refuses parts without a price, naming them, and a
 * total that cannot be charged.
 */
export const totalOf = (
  items: readonly OrderItem[],
  pricesMinor: ReadonlyMap<string, bigint>,
): bigint => {
  const unknown = items.map(({ partId }) => partId).filter((partId) => !pricesMinor.has(partId));
  if (unknown.length > 0) throw partNotFound(unknown);
  const total = items.reduce(
    (sum, { partId, quantity }) => sum + (pricesMinor.get(partId) ?? 0n) * BigInt(quantity),
    0n,
  );
  if (total > 0n && total <= maxMinor) return total;
  throw new AppError(
    'invalid',
    'total-out-of-range',
    'The parts together cost nothing, or more than can be charged.',
    { field: 'items' },
  );
};

// A refusal travels in HTTP trailers, and many clients accept no more than 8 KiB of them.
const maxPartsNamed = 50;

const partNotFound = (partIds: readonly string[]): AppError => {
  const named = partIds.slice(0, maxPartsNamed);
  const omitted = partIds.length - named.length;
  return new AppError(
    'not-found',
    'part-not-found',
    `There is no part ${named.slice(0, 10).join(', ')}${partIds.length > 10 ? ' …' : ''}.`,
    {
      metadata: {
        part_ids: named.join(','),
        ...(omitted > 0 ? { part_ids_omitted: String(omitted) } : {}),
      },
    },
  );
};
