import { createClient } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { OrderService, type Order } from '#gen/order/v1/order_pb.ts';
import { PaymentMethodSchema, type PaymentMethod } from '#gen/payment/v1/payment_pb.ts';

export interface YardAddresses {
  /** The gRPC address of order. */
  grpcUrl: string;
  /** The URL of order for Connect and REST. */
  httpUrl: string;
}

/** The calls of order that the yard needs, independent of the protocol. */
export interface OrderClient {
  /** Creates an order and returns its id. With a payment method it is paid at once. */
  create: (order: NewOrder) => Promise<string>;
  pay: (orderId: string, method: PaymentMethod) => Promise<unknown>;
  cancel: (orderId: string) => Promise<unknown>;
}

export interface NewOrder {
  userId: string;
  partIds: string[];
  method?: PaymentMethod | undefined;
}

const callLimitMs = 60_000;

/** Opens a client for each of the three protocols: gRPC, Connect and REST. */
export const openOrderClients = ({ grpcUrl, httpUrl }: YardAddresses): OrderClient[] => [
  rpcClient(createGrpcTransport({ baseUrl: grpcUrl, defaultTimeoutMs: callLimitMs })),
  rpcClient(
    createConnectTransport({
      baseUrl: httpUrl,
      httpVersion: '1.1',
      defaultTimeoutMs: callLimitMs,
    }),
  ),
  restClient(httpUrl),
];

/** Lists a user's orders as they are now. */
export const listOrdersOf = async (httpUrl: string, userId: string): Promise<Order[]> => {
  const transport = createConnectTransport({ baseUrl: httpUrl, httpVersion: '1.1' });
  const client = createClient(OrderService, transport);
  const all: Order[] = [];
  let pageToken = '';
  do {
    const page = await client.listOrders({ userId, pageSize: 500, pageToken });
    all.push(...page.orders);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
};

const rpcClient = (transport: ReturnType<typeof createGrpcTransport>): OrderClient => {
  const client = createClient(OrderService, transport);
  return {
    create: async ({ userId, partIds, method }) => {
      const paid = method === undefined ? {} : { paymentMethod: method };
      const { order } = await client.createOrder({ userId, partIds, ...paid });
      return order?.orderId ?? '';
    },
    pay: (orderId, paymentMethod) => client.payOrder({ orderId, paymentMethod }),
    cancel: (orderId) => client.cancelOrder({ orderId }),
  };
};

const restClient = (httpUrl: string): OrderClient => {
  const orders = `${httpUrl}/api/v1/orders`;
  const nameOf = (method: PaymentMethod) => PaymentMethodSchema.value[method]?.localName;
  return {
    create: async ({ userId: user_id, partIds: part_ids, method }) => {
      const paid = method === undefined ? {} : { payment_method: nameOf(method) };
      const order = await post(orders, 201, { user_id, part_ids, ...paid });
      return (order as { order_id: string }).order_id;
    },
    pay: (orderId, method) =>
      post(`${orders}/${orderId}/pay`, 200, { payment_method: nameOf(method) }),
    cancel: (orderId) => post(`${orders}/${orderId}/cancel`, 204),
  };
};

const post = async (url: string, expected: number, body: object = {}): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(callLimitMs),
  });
  const text = await response.text();
  if (response.status !== expected) throw new Error(`POST ${url}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
};
