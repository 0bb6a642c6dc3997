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
  /** Of inventory, Connect. */
  inventoryUrl: string;
  engines: YardEngines;
  /** How long to wait for the last build and the last notification. */
  limitMs: number;
}

export interface YardOutcome {
  placed: PlacedOrders;
  /** As they are in the end. */
  orders: Order[];
  facts: YardFacts;
}

/** Places orders of a new user, waits until each that is paid is built and told of, and looks at all of it. */
export const runYard = async (run: YardRun): Promise<YardOutcome> => {
  const { load, engines, limitMs } = run;
  const userId = randomUUID();
  const partIds = await findPlenty(run.inventoryUrl, 2 * load.orders);
  const placed = await placeYardOrders({ ...load, userId, partIds });
  const wanted = paidIds(placed).length;
  const isDone = async () => (await countDone(engines.databaseUrl, userId)) >= wanted;
  // what did not come in time shows in what is observed
  await waitFor(isDone, { what: 'the yard', timeoutMs: limitMs, intervalMs: 500 }).catch(
    () => undefined,
  );
  const orders = await listOrdersOf(load.httpUrl, userId);
  return { placed, orders, facts: await observeYard(engines, orders) };
};

export const countOf = (orders: readonly Order[], status: OrderStatus): number =>
  orders.filter((order) => order.status === status).length;

/** Parts of which there is enough for all orders together. */
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
