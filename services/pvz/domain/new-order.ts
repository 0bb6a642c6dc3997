import type { AppError } from '#platform/base/errors.ts';
import { toMinorUnits } from '#platform/proto/money.ts';
import type { NewOrder } from './order.ts';
import { findPackage, packages, type Packaging } from './packaging.ts';
import { refusal } from './refusal.ts';

/** An order as a courier describes it; nothing of it has been checked. */
export interface BroughtOrder {
  orderId: bigint;
  userId: bigint;
  expiresAt: Date | undefined;
  package: string;
  /** In kilograms. */
  weight: number;
  /** In rubles. */
  price: number;
}

const largestId = BigInt(Number.MAX_SAFE_INTEGER);
const highestPrice = 1_000_000_000;

/** Checks an order that a courier brings at `now`: returns it, or the first reason why it is refused. */
export const checkNewOrder = (brought: BroughtOrder, now: Date): NewOrder | AppError => {
  const { orderId, userId, expiresAt, weight } = brought;
  if (!isId(orderId)) return refusal.invalid(`order_id ${idWords}`, 'order_id');
  if (!isId(userId)) return refusal.invalid(`user_id ${idWords}`, 'user_id');
  if (expiresAt === undefined || !(expiresAt > now))
    return refusal.invalid('expires_at must be in the future', 'expires_at');
  if (!(weight > 0 && weight < Infinity))
    return refusal.invalid('weight must be more than 0 kg', 'weight');
  const priceMinor = minorOf(brought.price);
  if (priceMinor === undefined) return refusal.invalid(`price ${priceWords}`, 'price');
  const packaging = findPackage(brought.package);
  if (packaging === undefined) return refusal.unknownPackage(brought.package);
  return (
    tooHeavyFor(packaging, weight) ?? {
      ...{ orderId, userId, expiresAt, packaging, weight, priceMinor },
    }
  );
};

const idWords = `must be a number from 1 to ${largestId}`;
const priceWords = `must be more than 0 and at most ${highestPrice} rubles, with two decimals at the most`;

const isId = (id: bigint): boolean => id > 0n && id <= largestId;

const minorOf = (price: number): bigint | undefined => {
  if (!(price > 0 && price <= highestPrice)) return undefined;
  try {
    return toMinorUnits(price);
  } catch {
    return undefined; // more than two decimals
  }
};

const tooHeavyFor = (packaging: Packaging, weight: number): AppError | undefined => {
  const { lighterThanKg } = packages[packaging];
  if (weight < lighterThanKg) return undefined;
  return refusal.tooHeavy(
    `${weight} kg are too heavy for ${packaging}: it holds less than ${lighterThanKg} kg.`,
  );
};
