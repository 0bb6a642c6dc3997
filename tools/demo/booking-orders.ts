import type { DescMethod, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { BookingService, type CreateOrderRequestSchema } from '#gen/booking/v1/booking_pb.ts';
import { bookingRest } from '../../testing/booking/start-booking.ts';
import {
  createGrpcClient,
  createHttpRpcClient,
  type RpcClient,
} from '../../testing/rpc-clients.ts';
import { createRestClient } from '../../testing/services/rest-client.ts';
import type { Addresses } from './running-system.ts';

/** What is done with an order, from which follows how it ends. */
export type Plan =
  | 'paid, ticket issued'
  | 'sent twice with one idempotency key'
  | 'refunded'
  | 'over the payment limit'
  | 'flight has departed'
  | 'flight with two seats';

export interface PlacedOrder {
  readonly plan: Plan;
  readonly orderId: string;
}

export interface BookingAnswers {
  readonly placed: PlacedOrder[];
  /** Unexpected answers. */
  readonly errors: string[];
}

/** Calls booking over gRPC, Connect and REST in turn; throws unless the call succeeds. */
export type Ask = <M extends DescMethod>(
  method: M,
  request: MessageInitShape<M['input']>,
  headers?: Record<string, string>,
) => Promise<MessageShape<M['output']>>;

/** Opens a client for each of the three protocols. */
export const openBooking = ({ grpcUrl, httpUrl }: Addresses): { ask: Ask; close: () => void } => {
  const portOf = (url: string) => Number(new URL(url).port);
  const port = portOf(httpUrl);
  const clients: RpcClient[] = [
    createGrpcClient(portOf(grpcUrl)),
    createHttpRpcClient('connect', port),
    createRestClient({ ...bookingRest, port, check: () => undefined }),
  ];
  let turn = 0;
  const ask: Ask = async (method, request, headers = {}) => {
    const client = clients[turn++ % clients.length];
    const outcome = await client?.call(method, request, { headers });
    if (outcome?.answer === undefined)
      throw new Error(`${method.name}: ${outcome?.code} ${outcome?.message}`);
    return outcome.answer as MessageShape<(typeof method)['output']>;
  };
  return {
    ask,
    close: () => {
      for (const client of clients) client.close();
    },
  };
};

const { createOrder, refundOrder } = BookingService.method;
const dayMs = 86_400_000;
const overAnyLimit = 9_000_000_000_000_000n;
// the users of the seed
const users = [1, 2, 3, 4, 5].map((n) => `a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1${n}`);

/** Places one order for each plan, one after the other, on flights that no earlier run has used. */
export const placeBookings = async (ask: Ask, plans: readonly Plan[]): Promise<BookingAnswers> => {
  const runMs = Date.now();
  const answers: BookingAnswers = { placed: [], errors: [] };
  for (const [turn, plan] of plans.entries()) {
    const request = { ...orderOf(plan, runMs), userId: users[turn % users.length] ?? '' };
    await placeOne(ask, plan, request).then(
      (orderId) => answers.placed.push({ plan, orderId }),
      (error: unknown) => answers.errors.push(`${plan}: ${String(error)}`),
    );
  }
  return answers;
};

type NewOrder = MessageInitShape<typeof CreateOrderRequestSchema>;

/** A flight of its own for each minute: a run takes longer. */
const orderOf = (plan: Plan, runMs: number): NewOrder => {
  const departsMs = runMs + (plan === 'flight has departed' ? -dayMs : 30 * dayMs);
  const departure = new Date(departsMs).toISOString();
  const at = { date: departure.slice(0, 10), time: departure.slice(11, 16), airline: 'SU' };
  const flight = { from: 'SVO', to: plan === 'flight with two seats' ? 'GDX' : 'LED', ...at };
  // without an amount it is priced by the rules
  if (plan === 'paid, ticket issued') return flight;
  return { ...flight, amountMinor: plan === 'over the payment limit' ? overAnyLimit : 1_250_000n };
};

const placeOne = async (ask: Ask, plan: Plan, request: NewOrder): Promise<string> => {
  const headers = { 'idempotency-key': crypto.randomUUID() };
  const { orderId } = await ask(createOrder, request, headers);
  if (plan !== 'sent twice with one idempotency key') return orderId;
  const again = await ask(createOrder, request, headers);
  if (again.orderId !== orderId) throw new Error('the same key made two orders');
  return orderId;
};

/** Refunds the orders that are meant to be, each twice: the second call changes nothing. */
export const refund = async (
  ask: Ask,
  placed: readonly PlacedOrder[],
  errors: string[],
): Promise<void> => {
  for (const { orderId, plan } of placed) {
    if (plan !== 'refunded') continue;
    for (const call of ['first', 'second'])
      await ask(refundOrder, { orderId }).catch((error: unknown) =>
        errors.push(`the ${call} refund of ${orderId}: ${String(error)}`),
      );
  }
};
