import type { AppError } from '#platform/base/errors.ts';
import { packages, type Packaging } from './packaging.ts';
import { refusal } from './refusal.ts';

/** The statuses that may follow each one. After the final one there is none. */
export const nextStatuses = {
  accepted: ['issued', 'returned_to_courier'],
  issued: ['returned_by_client'],
  returned_by_client: ['returned_to_courier'],
  returned_to_courier: [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type OrderStatus = keyof typeof nextStatuses;

const canBecome = (status: OrderStatus, next: OrderStatus): boolean =>
  (nextStatuses[status] as readonly OrderStatus[]).includes(next);

export interface NewOrder {
  orderId: bigint;
  userId: bigint;
  /** The end of its storage term. */
  expiresAt: Date;
  packaging: Packaging;
  /** In kilograms. */
  weight: number;
  /** In kopecks, without the surcharge of the package. */
  priceMinor: bigint;
}

export interface Order extends NewOrder {
  status: OrderStatus;
  acceptedAt: Date;
  /** When it took its status. */
  changedAt: Date;
  /** How many changes it has had, each of which is an event. */
  sequence: bigint;
}

/** The price and the surcharge of the package, in kopecks. */
export const totalOf = ({ priceMinor, packaging }: NewOrder): bigint =>
  priceMinor + packages[packaging].surchargeMinor;

/** The order when the courier has brought it. */
export const accept = (order: NewOrder, now: Date): Order => ({
  ...order,
  status: 'accepted',
  acceptedAt: now,
  changedAt: now,
  sequence: 1n,
});

/** Clients may bring an order back for this long, to the millisecond. */
const returnTermMs = 48 * 3_600_000;

const isOver = ({ expiresAt }: Order, now: Date): boolean => expiresAt <= now;

/** Why an order may not go back to the courier; undefined when it may. */
export const refusalToReturn = (order: Order, now: Date): AppError | undefined => {
  const { orderId, status, expiresAt } = order;
  if (status === 'returned_by_client') return undefined;
  if (status === 'returned_to_courier') return refusal.notFound(orderId);
  if (!canBecome(status, 'returned_to_courier')) return refusal.invalid(isWords(order));
  if (isOver(order, now)) return undefined;
  return refusal.storageExpired(
    `Order ${orderId} waits for its client until ${expiresAt.toISOString()}: it goes back after that.`,
  );
};

interface AtCounter {
  userId: bigint;
  now: Date;
}

/** Why an order may not be issued to a client; undefined when it may. */
export const refusalToIssue = (order: Order, { userId, now }: AtCounter): AppError | undefined => {
  const { orderId, status } = order;
  const common = refusalAtCounter(order, userId);
  if (common !== undefined) return common;
  if (!canBecome(status, 'issued')) return refusal.invalid(isWords(order));
  if (!isOver(order, now)) return undefined;
  return refusal.storageExpired(`The storage term of order ${orderId} is over.`);
};

/** Why a client may not bring an order back; undefined when the client may. */
export const refusalToTakeBack = (
  order: Order,
  { userId, now }: AtCounter,
): AppError | undefined => {
  const { orderId, status, changedAt } = order;
  const common = refusalAtCounter(order, userId);
  if (common !== undefined) return common;
  if (!canBecome(status, 'returned_by_client')) return refusal.invalid(isWords(order));
  if (now.getTime() - changedAt.getTime() <= returnTermMs) return undefined;
  return refusal.storageExpired(`Order ${orderId} was issued more than 48 hours ago.`);
};

const refusalAtCounter = (
  { orderId, status, userId: owner }: Order,
  userId: bigint,
): AppError | undefined => {
  if (status === 'returned_to_courier') return refusal.notFound(orderId);
  return owner === userId
    ? undefined
    : refusal.invalid(`Order ${orderId} is not one of user ${userId}.`);
};

const statusWords: Readonly<Record<OrderStatus, string>> = {
  accepted: 'waiting in the point',
  issued: 'with the client',
  returned_by_client: 'back in the point',
  returned_to_courier: 'with the courier',
};

const isWords = ({ orderId, status }: Order): string =>
  `Order ${orderId} is ${statusWords[status]}.`;
