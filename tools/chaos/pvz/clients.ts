import { createClient, ConnectError } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { ProcessAction, PvzService } from '#gen/pvz/v1/pvz_pb.ts';

export interface BroughtOrder {
  orderId: number;
  userId: number;
  /** In kilograms, in a bag. */
  weight: number;
}

export interface AtCounter {
  userId: number;
  orderId: number;
}

/** The changes of orders, independent of the protocol. Each rejects when it is refused; `codeOf` tells why. */
export interface PvzClient {
  accept: (order: BroughtOrder) => Promise<unknown>;
  issue: (order: AtCounter) => Promise<unknown>;
  takeBack: (order: AtCounter) => Promise<unknown>;
  giveBack: (order: AtCounter) => Promise<unknown>;
  /** Returns the ids of those that were refused. */
  importAll: (orders: readonly BroughtOrder[]) => Promise<number[]>;
}

export interface PvzAddresses {
  grpcUrl: string;
  httpUrl: string;
}

const callLimitMs = 6_000;
const expiresAt = new Date('2099-01-01T00:00:00Z');

/** Opens a client for each of the three protocols: gRPC, Connect and REST. */
export const openPvzClients = ({ grpcUrl, httpUrl }: PvzAddresses): PvzClient[] => [
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

/** The number of changes in an order's history; 0 for an order that was never accepted. */
export const countChanges = async (httpUrl: string, orderId: number): Promise<number> => {
  const { status, body } = await ask('GET', `${httpUrl}/orders/${orderId}/history`);
  if (status === 404 && body.error?.code === 'ORDER_NOT_FOUND') return 0;
  if (status !== 200) throw new Error(`GetOrderHistory: ${status} ${JSON.stringify(body)}`);
  return body.changes?.length ?? 0;
};

/** The contract's code of a refusal; a call that failed otherwise has another one, or none. */
export const codeOf = (error: unknown): string =>
  error instanceof ConnectError
    ? (error.findDetails(ErrorInfoSchema)[0]?.reason ?? '')
    : (/"code":"([^"]+)"/.exec(String(error))?.[1] ?? '');

const rpcClient = (transport: ReturnType<typeof createGrpcTransport>): PvzClient => {
  const client = createClient(PvzService, transport);
  const toMessage = ({ orderId, userId, weight }: BroughtOrder) => ({
    orderId: BigInt(orderId),
    userId: BigInt(userId),
    expiresAt: timestampFromDate(expiresAt),
    package: 'bag',
    weight,
    price: 100,
  });
  const process = (action: ProcessAction) => async (order: AtCounter) => {
    const orderIds = [BigInt(order.orderId)];
    const answer = await client.processOrders({ userId: BigInt(order.userId), action, orderIds });
    refuseIfAny(answer.errors);
  };
  return {
    accept: (order) => client.acceptOrder(toMessage(order)),
    issue: process(ProcessAction.ISSUE),
    takeBack: process(ProcessAction.RETURN),
    giveBack: ({ orderId }) => client.returnOrder({ orderId: BigInt(orderId) }),
    importAll: async (orders) => {
      const { errors } = await client.importOrders({ orders: orders.map(toMessage) });
      return errors.map(({ orderId }) => Number(orderId));
    },
  };
};

const restClient = (httpUrl: string): PvzClient => {
  const orders = `${httpUrl}/orders`;
  const toJson = ({ orderId: order_id, userId: user_id, weight }: BroughtOrder) => ({
    order_id,
    user_id,
    expires_at: expiresAt.toISOString(),
    package: 'bag',
    weight,
    price: 100,
  });
  const succeed = async (verb: string, url: string, body?: object): Promise<RestBody> => {
    const answer = await ask(verb, url, body);
    if (answer.status >= 300) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const process =
    (action: string) =>
    async ({ userId: user_id, orderId }: AtCounter) => {
      const body = { user_id, action, order_ids: [orderId] };
      refuseIfAny((await succeed('POST', `${orders}/process`, body)).errors);
    };
  return {
    accept: (order) => succeed('POST', orders, toJson(order)),
    issue: process('issue'),
    takeBack: process('return'),
    giveBack: ({ orderId }) => succeed('DELETE', `${orders}/${orderId}`),
    importAll: async (all) => {
      const { errors = [] } = await succeed('POST', `${orders}/import`, {
        orders: all.map(toJson),
      });
      return errors.map(({ order_id }) => Number(order_id));
    },
  };
};

interface RestBody {
  errors?: { order_id?: number; code: string }[];
  error?: { code: string };
  changes?: unknown[];
}

const ask = async (verb: string, url: string, body?: object) => {
  const response = await fetch(url, {
    method: verb,
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(callLimitMs),
  });
  return { status: response.status, body: (await response.json()) as RestBody };
};

const refuseIfAny = (errors: readonly { code: string }[] = []): void => {
  const [first] = errors;
  if (first !== undefined) throw new Error(JSON.stringify({ code: first.code }));
};
