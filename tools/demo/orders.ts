import { ConnectError, createClient, type Client } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { sleep } from '#platform/base/sleep.ts';
import { LomsService } from '#gen/loms/v1/loms_pb.ts';

export interface DemoOrders {
  /** The ids of all orders, including those that failed for lack of stock. */
  orderIds: string[];
  created: number;
  payed: number;
  cancelled: number;
  outOfStock: number;
  /** Unexpected answers. */
  errors: string[];
}

export interface PlaceOrdersOptions {
  grpcUrl: string;
  connectUrl: string;
  orders: number;
  ordersPerSecond: number;
  /** The highest number of orders in flight at the same time. */
  inFlight: number;
}

type LomsClient = Client<typeof LomsService>;

// A sku with plenty of stock in the seed; an order takes one piece.
const sku = 1625903n;
const unknownSku = 404n;

/**
 * Places orders over gRPC and Connect in turn, at a steady rate and many at once. Every twentieth asks for more than
 * there is in stock, every second is payed, every fourth is cancelled, and the others are left unpaid.
 */
export const placeOrders = async (options: PlaceOrdersOptions): Promise<DemoOrders> => {
  const clients = [
    createClient(LomsService, createGrpcTransport({ baseUrl: options.grpcUrl })),
    createClient(
      LomsService,
      createConnectTransport({ baseUrl: options.connectUrl, httpVersion: '1.1' }),
    ),
  ];
  const result: DemoOrders = {
    orderIds: [],
    created: 0,
    payed: 0,
    cancelled: 0,
    outOfStock: 0,
    errors: [],
  };
  const startedMs = performance.now();
  let next = 0;
  const work = async () => {
    for (let turn = next++; turn < options.orders; turn = next++) {
      const dueMs = startedMs + (turn * 1_000) / options.ordersPerSecond;
      await sleep(Math.max(0, dueMs - performance.now()));
      const client = clients[turn % clients.length];
      if (client)
        await placeOne(client, turn, result).catch((error: unknown) =>
          result.errors.push(String(error)),
        );
    }
  };
  await Promise.all(Array.from({ length: options.inFlight }, work));
  return result;
};

const placeOne = async (client: LomsClient, turn: number, result: DemoOrders): Promise<void> => {
  const userId = BigInt(1 + (turn % 50));
  if (turn % 20 === 19) {
    result.orderIds.push(await placeUnavailable(client, userId));
    result.outOfStock += 1;
    return;
  }
  const { orderId } = await client.orderCreate({ userId, items: [{ sku, count: 1 }] });
  result.orderIds.push(orderId.toString());
  result.created += 1;
  if (turn % 2 === 0) {
    await client.orderPay({ orderId });
    result.payed += 1;
  } else if (turn % 4 === 1) {
    await client.orderCancel({ orderId });
    result.cancelled += 1;
  }
};

/**
 * Places an order that cannot be reserved. The order is saved although the call is refused, and the refusal carries
 * its id.
 */
const placeUnavailable = async (client: LomsClient, userId: bigint): Promise<string> => {
  const items = [
    { sku, count: 1 },
    { sku: unknownSku, count: 1 },
  ];
  try {
    await client.orderCreate({ userId, items });
  } catch (error) {
    const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
    const orderId = info?.metadata['order_id'];
    if (info?.reason === 'out-of-stock' && orderId !== undefined) return orderId;
    throw error;
  }
  throw new Error('an order of an unknown sku was not refused');
};
