import type { AppError } from '#platform/base/errors.ts';
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
  /** In kopecks; undefined when the price is no whole number of them. */
  priceMinor: bigint | undefined;
}

/** The last moment whose year has four digits. */
const latest = new Date('9999-12-31T23:59:59.999Z');
const largestId = BigInt(Number.MAX_SAFE_INTEGER);
const highestMinor = 100_000_000_000n;

/** Checks an order that a courier brings at `now`: returns it, or the first reason why it is refused. */
export const checkNewOrder = (brought: BroughtOrder, now: Date): NewOrder | AppError => {
  const { orderId, userId, expiresAt, weight, priceMinor } = brought;
  if (!isId(orderId)) return refusal.invalid(`order_id ${idWords}`, 'order_id');
  if (!isId(userId)) return refusal.invalid(`user_id ${idWords}`, 'user_id');
  if (!isTerm(expiresAt, now))
    return refusal.invalid('expires_at must be in the future, and before year 10000', 'expires_at');
  if (!(weight > 0 && weight < Infinity))
    return refusal.invalid('weight must be more than 0 kg', 'weight');
  if (!isPrice(priceMinor)) return refusal.invalid(`price ${priceWords}`, 'price');
  const packaging = findPackage(brought.package);
  if (packaging === undefined) return refusal.unknownPackage(brought.package);
  return (
    tooHeavyFor(packaging, weight) ?? {
      ...{ orderId, userId, expiresAt, packaging, weight, priceMinor },
    }
  );
};

const idWords = `must be a number from 1 to ${largestId}`;
const priceWords = `must be more than 0 and at most ${highestMinor / 100n} rubles, with two decimals at the most`;

const isTerm = (end: Date | undefined, now: Date): end is Date =>
  end !== undefined && end > now && end <= latest;

const isPrice = (minor: bigint | undefined): minor is bigint =>
  minor !== undefined && minor > 0n && minor <= highestMinor;

const isId = (id: bigint): boolean => id > 0n && id <= largestId;

const tooHeavyFor = (packaging: Packaging, weight: number): AppError | undefined => {
  const { lighterThanKg } = packages[packaging];
  if (weight < lighterThanKg) return undefined;
  return refusal.tooHeavy(
    `${weight} kg are too heavy for ${packaging}: it holds less than ${lighterThanKg} kg.`,
  );
};
