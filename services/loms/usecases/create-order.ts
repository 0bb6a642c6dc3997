import type { Call } from '#platform/call.ts';
import { AppError } from '#platform/errors.ts';
import type { OrderEvent } from '../domain/event.ts';
import { mergeItems } from '../domain/items.ts';
import { awaitPayment, fail, openOrder, type OrderItem } from '../domain/order.ts';
import { findShortSkus, type Stock } from '../domain/stock.ts';
import { announce, type AnnounceDeps } from './announce.ts';

export interface CreateOrderDeps extends AnnounceDeps {
  /** A new order id, and those of the skus that are known, as they are now. */
  loadForCreation: (skus: readonly bigint[]) => Promise<{ orderId: bigint; stocks: Stock[] }>;
  /** Keeps the order and reserves its items; false, and nothing changed, when stock no longer suffices. */
  saveReserved: (events: readonly OrderEvent[], call: Call) => Promise<boolean>;
  saveFailed: (events: readonly OrderEvent[], call: Call) => Promise<void>;
}

export interface CreateOrderInput {
  userId: bigint;
  items: readonly OrderItem[];
}

// Each try is lost only to another order that took the pieces first, so a few are plenty.
const maxTries = 8;

/**
 * Creates an order with all of its items reserved and returns its id. When stock does not suffice the
 * order is kept as `failed`, no stock is touched, and the call is refused with `out-of-stock`.
 */
export const createOrder =
  (deps: CreateOrderDeps) =>
  async ({ userId, items: wanted }: CreateOrderInput, call: Call): Promise<bigint> => {
    const items = mergeItems(wanted);
    for (let tries = 0; tries < maxTries; tries++) {
      const { orderId, stocks } = await deps.loadForCreation(items.map(({ sku }) => sku));
      call.signal.throwIfAborted();
      const opened = openOrder({ orderId, userId, items });
      const shortSkus = findShortSkus(items, stocks);
      if (shortSkus.length > 0) {
        const failed = fail(opened.order, 'out-of-stock');
        await deps.saveFailed(announce(deps, [opened, failed]), call);
        throw outOfStock(orderId, shortSkus);
      }
      const events = announce(deps, [opened, awaitPayment(opened.order)]);
      if (await deps.saveReserved(events, call)) return orderId;
    }
    throw new AppError('conflict', 'stock-busy', 'Too many orders want these items; try again.');
  };

// A refusal travels in trailers, of which many clients take 8 KiB at the most.
const maxSkusNamed = 100;

const outOfStock = (orderId: bigint, skus: readonly bigint[]): AppError => {
  const named = skus.slice(0, maxSkusNamed).map(String);
  const omitted = skus.length - named.length;
  return new AppError(
    'precondition',
    'out-of-stock',
    `Not enough stock of sku ${named.slice(0, 10).join(', ')}${skus.length > 10 ? ' …' : ''}; ` +
      `order ${orderId.toString()} is kept as failed.`,
    {
      metadata: {
        order_id: orderId.toString(),
        skus: named.join(','),
        ...(omitted > 0 ? { skus_omitted: String(omitted) } : {}),
      },
    },
  );
};
