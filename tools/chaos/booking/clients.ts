import { createClient, ConnectError } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { BookingService, OrderStatusSchema } from '#gen/booking/v1/booking_pb.ts';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';

export interface NewOrder {
  readonly userId: string;
  /** Absent: the order costs what the rules say. */
  readonly amountMinor?: number;
  readonly from: string;
  readonly to: string;
  readonly date: string;
  readonly time: string;
  readonly airline: string;
}

/** The calls of booking, independent of the protocol. Each rejects when it is refused; `reasonOf` tells why. */
export interface BookingClient {
  /** Returns the order's id. */
  create: (order: NewOrder, idempotencyKey: string) => Promise<string>;
  /** Returns the status by its word in the contract. */
  statusOf: (orderId: string) => Promise<string>;
  refund: (orderId: string) => Promise<unknown>;
}

/** An order that booking lists as stuck, with the services whose steps are missing. */
export interface ListedStuck {
  readonly orderId: string;
  readonly missing: readonly string[];
}

export interface BookingAddresses {
  readonly grpcUrl: string;
  readonly httpUrl: string;
}

const callLimitMs = 6_000;

/** Opens a client for each of the three protocols: gRPC, Connect and REST. */
export const openBookingClients = ({ grpcUrl, httpUrl }: BookingAddresses): BookingClient[] => [
  rpcClient(createGrpcTransport({ baseUrl: grpcUrl, defaultTimeoutMs: callLimitMs })),
  rpcClient(connectTo(httpUrl)),
  restClient(httpUrl),
];

/** Lists the orders that count as stuck: the newest ones, a page of them. */
export const listStuck = async (httpUrl: string): Promise<ListedStuck[]> => {
  const { orders } = await createClient(BookingService, connectTo(httpUrl)).listOrders({
    stuck: true,
  });
  return orders.map(({ orderId, stuck }) => ({
    orderId,
    missing: (stuck?.missing ?? []).map(({ service }) => service).toSorted(),
  }));
};

/** The reason of a refusal by the service itself; a broken connection has none. */
export const reasonOf = (error: unknown): string =>
  error instanceof ConnectError
    ? (error.findDetails(ErrorInfoSchema)[0]?.reason ?? '')
    : (/"reason":"([^"]+)"/.exec(String(error))?.[1] ?? '');

const connectTo = (httpUrl: string) =>
  createConnectTransport({ baseUrl: httpUrl, httpVersion: '1.1', defaultTimeoutMs: callLimitMs });

const rpcClient = (transport: ReturnType<typeof createGrpcTransport>): BookingClient => {
  const client = createClient(BookingService, transport);
  return {
    create: async ({ amountMinor, ...order }, idempotencyKey) => {
      const amount = amountMinor === undefined ? {} : { amountMinor: BigInt(amountMinor) };
      const headers = { 'idempotency-key': idempotencyKey };
      return (await client.createOrder({ ...order, ...amount }, { headers })).orderId;
    },
    statusOf: async (orderId) => {
      const { order } = await client.getOrder({ orderId });
      return OrderStatusSchema.value[order?.status ?? 0]?.localName ?? '';
    },
    refund: (orderId) => client.refundOrder({ orderId }),
  };
};

const restClient = (httpUrl: string): BookingClient => {
  const orders = `${httpUrl}/orders`;
  return {
    create: async ({ userId: user_id, amountMinor: amount_minor, ...flight }, idempotencyKey) => {
      const body = { user_id, amount_minor, ...flight };
      const headers = { 'idempotency-key': idempotencyKey };
      return (await ask(orders, { method: 'POST', headers, body })).order_id ?? '';
    },
    statusOf: async (orderId) => (await ask(`${orders}/${orderId}`)).status ?? '',
    refund: (orderId) => ask(`${orders}/${orderId}/refund`, { method: 'POST', body: {} }),
  };
};

interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: object;
}

interface RestAnswer {
  order_id?: string;
  status?: string;
}

const ask = async (url: string, { method = 'GET', headers, body }: Question = {}) => {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(callLimitMs),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as RestAnswer;
};
