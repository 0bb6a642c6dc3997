import { randomUUID } from 'node:crypto';
import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { InventoryService } from '#gen/inventory/v1/inventory_pb.ts';
import type { OrderStatus } from '#gen/order/v1/order_pb.ts';
import { type Order } from '#gen/order/v1/order_pb.ts';
import { waitFor } from '../wait-for.ts';
import { countDone, observeYard, type YardEngines, type YardFacts } from './observe.ts';
import { listOrdersOf } from './order-clients.ts';
import { paidIds, placeYardOrders, type PlacedOrders, type YardLoad } from './place-orders.ts';

export interface YardRun {
  load: Omit<YardLoad, 'userId' | 'partIds'>;
  /** The URL of inventory for Connect. */
  inventoryUrl: string;
  engines: YardEngines;
  /** How many milliseconds to wait for the last build and the last notification. */
  limitMs: number;
}

export interface YardOutcome {
  placed: PlacedOrders;
  /** The orders in their final state. */
  orders: Order[];
  facts: YardFacts;
}

/**
 * Places orders of a new user, waits until each paid order is built and its notifications are sent, and collects the
 * outcome.
 */
export const runYard = async (run: YardRun): Promise<YardOutcome> => {
  const { load, engines, limitMs } = run;
  const userId = randomUUID();
  const partIds = await findPlenty(run.inventoryUrl, 2 * load.orders);
  const placed = await placeYardOrders({ ...load, userId, partIds });
  const wanted = paidIds(placed).length;
  const isDone = async () => (await countDone(engines.databaseUrl, userId)) >= wanted;
  // What is missing when the time is up shows in the observation.
  await waitFor(isDone, { what: 'the yard', timeoutMs: limitMs, intervalMs: 500 }).catch(
    () => undefined,
  );
  const orders = await listOrdersOf(load.httpUrl, userId);
  return { placed, orders, facts: await observeYard(engines, orders) };
};

export const countOf = (orders: readonly Order[], status: OrderStatus): number =>
  orders.filter((order) => order.status === status).length;

/** Finds parts with enough stock for all orders together. */
const findPlenty = async (inventoryUrl: string, pieces: number): Promise<string[]> => {
  const transport = createConnectTransport({ baseUrl: inventoryUrl, httpVersion: '1.1' });
  const client = createClient(InventoryService, transport);
  const { parts } = await client.listParts({});
  const asked = parts.map(async ({ partId }) => {
    const { available } = await client.getStock({ partId });
    return available >= pieces ? [partId] : [];
  });
  const plenty = (await Promise.all(asked)).flat();
  if (plenty.length > 0) return plenty;
  throw new Error(`no part has ${pieces} pieces left: make reset begins anew`);
};
