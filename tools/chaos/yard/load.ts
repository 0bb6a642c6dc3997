import { randomUUID } from 'node:crypto';
import { ConnectError } from '@connectrpc/connect';
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import type { OrderClient } from '../../../testing/yard/order-clients.ts';
import { startPace } from '../pace.ts';
import type { LoadReport, RunningLoad } from '../system.ts';

/**
 * The final status that an order must have, given the answers to its calls; `unsure` when one of the calls failed.
 */
export type Outcome = 'ASSEMBLED' | 'CANCELLED' | 'PENDING_PAYMENT' | 'unsure';

/** What the order service has answered. */
export interface Told {
  /** The expected outcome by order id. */
  outcomes: Map<string, Outcome>;
  /** Users with one order each that the service refused, saying that nothing was kept. */
  refused: Set<string>;
}

export interface LoadOptions {
  clients: readonly OrderClient[];
  partIds: readonly string[];
  ordersPerSecond: number;
  told: Told;
}

const writers = 4;
const methods = [
  PaymentMethod.CARD,
  PaymentMethod.SBP,
  PaymentMethod.CREDIT_CARD,
  PaymentMethod.INVESTOR_MONEY,
];
const keepsNothing = new Set(['inventory-unavailable', 'payment-unavailable', 'order-out-of-time']);

/**
 * Creates orders at a steady rate until it is stopped; in turn they are paid at once, paid later, cancelled or left
 * unpaid.
 */
export const startLoad = (options: LoadOptions): RunningLoad => {
  const report = { created: 0, errors: 0 };
  const { next } = createTurns();
  const place = () => placeOne(options, next(), report);
  const pace = startPace({ writers, perSecond: options.ordersPerSecond, place });
  return { stop: async () => ({ seconds: await pace.stop(), ...report }) };
};

const createTurns = () => {
  let turn = 0;
  return { next: () => turn++ };
};

type Counts = Pick<LoadReport, 'created' | 'errors'>;

const placeOne = async (options: LoadOptions, turn: number, counts: Counts): Promise<void> => {
  const { clients, told } = options;
  const client = inTurn(clients, turn);
  // The outcome changes more slowly than the protocol, so that each outcome meets each protocol.
  const round = Math.floor(turn / clients.length);
  try {
    const id = await createOrder(options, turn, round % 4 === 0);
    counts.created += 1;
    if (round % 4 === 1) {
      told.outcomes.set(id, 'unsure');
      await client.pay(id, inTurn(methods, turn));
      told.outcomes.set(id, 'ASSEMBLED');
    } else if (round % 4 === 2) {
      told.outcomes.set(id, 'unsure');
      await client.cancel(id);
      told.outcomes.set(id, 'CANCELLED');
    }
  } catch {
    // The error is counted; a later check compares the order with the databases.
    counts.errors += 1;
  }
};

/** Creates an order with the client whose turn it is, and returns its id. */
export const createOrder = async (
  { clients, partIds, told }: Omit<LoadOptions, 'ordersPerSecond'>,
  turn: number,
  isPaid: boolean,
): Promise<string> => {
  const userId = randomUUID();
  const order = { userId, partIds: [inTurn(partIds, turn), inTurn(partIds, turn + 1)] };
  const method = isPaid ? inTurn(methods, turn) : undefined;
  try {
    const id = await inTurn(clients, turn).create({ ...order, method });
    told.outcomes.set(id, isPaid ? 'ASSEMBLED' : 'PENDING_PAYMENT');
    return id;
  } catch (error) {
    if (keepsNothing.has(reasonOf(error))) told.refused.add(userId);
    throw error;
  }
};

/** The reason of a refusal by the service itself; a broken connection has none. */
const reasonOf = (error: unknown): string =>
  error instanceof ConnectError
    ? (error.findDetails(ErrorInfoSchema)[0]?.reason ?? '')
    : (/"reason":"([^"]+)"/.exec(String(error))?.[1] ?? '');

const inTurn = <T>(all: readonly T[], turn: number): T => all[turn % all.length] as T;
