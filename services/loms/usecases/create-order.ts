import type { Call } from '#platform/serving/call.ts';
import { AppError } from '#platform/base/errors.ts';
import {
  refusalAnswer,
  repeatAnswer,
  type Answer,
  type StoredAnswer,
} from '#platform/serving/idempotency/answer.ts';
import {
  awaitPayment,
  createEvents,
  type CreateEventsDeps,
  fail,
  openOrder,
  type OrderEvent,
  type OrderItem,
} from '../domain/order.ts';
import { mergeItems } from '../domain/items.ts';
import { findShortSkus, type Stock } from '../domain/stock.ts';

export interface CreateOrderDeps extends CreateEventsDeps {
  loadForCreation: (skus: readonly bigint[], call: Call) => Promise<CreationFacts>;
  /**
   * Saves the order, its items reserved, and the answer to the call's idempotency key. False, and nothing
   * changed, when stock no longer suffices or the key has been answered meanwhile.
   */
  saveReserved: SaveCreated;
  /** Saves the failed order and the answer; false, and nothing changed, when the key has been answered. */
  saveFailed: SaveCreated;
}

export interface CreationFacts {
  /** A newly allocated order id; nothing is saved under it yet. */
  orderId: bigint;
  /** The stock of the known skus, as it is now. */
  stocks: Stock[];
  /** The stored answer to the idempotency key of the call; when there is one, the stocks may be missing. */
  answered?: StoredAnswer;
}

type SaveCreated = (events: readonly OrderEvent[], call: Call, answer: Answer) => Promise<boolean>;

export interface CreateOrderInput {
  userId: bigint;
  items: readonly OrderItem[];
}

// A try is lost only to another order that took the pieces or the key first, so a few tries suffice.
const maxTries = 8;

/**
 * Creates an order with all of its items reserved and returns its id. When stock does not suffice the
 * order is saved as `failed`, no stock is touched, and the call is refused with `out-of-stock`. A call
 * whose idempotency key has been answered changes nothing and gets the first answer again.
 */
export const createOrder =
  (deps: CreateOrderDeps) =>
  async ({ userId, items: wanted }: CreateOrderInput, call: Call): Promise<bigint> => {
    const { idempotencyKey } = call;
    const items = mergeItems(wanted);
    const skus = items.map(({ sku }) => sku);
    for (let tries = 0; tries < maxTries; tries++) {
      const { orderId, stocks, answered } = await deps.loadForCreation(skus, call);
      if (answered && idempotencyKey) return BigInt(repeatAnswer(answered, idempotencyKey));
      call.signal.throwIfAborted();
      const opened = openOrder({ orderId, userId, items });
      const shortSkus = findShortSkus(items, stocks);
      if (shortSkus.length > 0) {
        const events = createEvents(deps, [opened, fail(opened.order, 'out-of-stock')]);
        const refusal = outOfStock(orderId, shortSkus);
        if (await deps.saveFailed(events, call, refusalAnswer(refusal))) throw refusal;
      } else {
        const events = createEvents(deps, [opened, awaitPayment(opened.order)]);
        if (await deps.saveReserved(events, call, { result: orderId.toString() })) return orderId;
      }
    }
    throw new AppError('conflict', 'stock-busy', 'Too many orders want these items; try again.');
  };

// A refusal travels in HTTP trailers, and many clients accept no more than 8 KiB of them.
const maxSkusNamed = 100;

const outOfStock = (orderId: bigint, skus: readonly bigint[]): AppError => {
  const named = skus.slice(0, maxSkusNamed).map(String);
  const omitted = skus.length - named.length;
  return new AppError(
    'precondition',
    'out-of-stock',
    `Not enough stock of sku ${named.slice(0, 10).join(', ')}${skus.length > 10 ? ' …' : ''}; ` +
      `order ${orderId.toString()} was saved as failed.`,
    {
      metadata: {
        order_id: orderId.toString(),
        skus: named.join(','),
        ...(omitted > 0 ? { skus_omitted: String(omitted) } : {}),
      },
    },
  );
};
