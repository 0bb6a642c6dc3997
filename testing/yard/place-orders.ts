import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import { sleep } from '#platform/base/sleep.ts';
import { openOrderClients, type OrderClient, type YardAddresses } from './order-clients.ts';

/** What is done with an order after it has been created. */
export type Outcome = 'paid at once' | 'paid later' | 'cancelled' | 'left unpaid';

export interface YardLoad extends YardAddresses {
  /** The id of the user who places the orders. */
  userId: string;
  /** Parts with enough stock; an order takes one piece each of two parts. */
  partIds: readonly string[];
  orders: number;
  ordersPerSecond: number;
  /** The outcomes, taken in turn. */
  outcomes: readonly Outcome[];
}

export interface PlacedOrders {
  /** Order ids by outcome. */
  ids: Record<Outcome, string[]>;
  /** Unexpected answers. */
  errors: string[];
  /** The rate that was reached, in orders a second. */
  perSecond: number;
}

const methods = [
  PaymentMethod.CARD,
  PaymentMethod.SBP,
  PaymentMethod.CREDIT_CARD,
  PaymentMethod.INVESTOR_MONEY,
] as const;
const inFlight = 64;

/** Places orders over gRPC, Connect and REST in turn, at a steady rate that does not depend on the answers. */
export const placeYardOrders = async (load: YardLoad): Promise<PlacedOrders> => {
  const clients = openOrderClients(load);
  const placed: PlacedOrders = {
    ids: { 'paid at once': [], 'paid later': [], cancelled: [], 'left unpaid': [] },
    errors: [],
    perSecond: 0,
  };
  const startedMs = performance.now();
  let next = 0;
  const work = async () => {
    for (let turn = next++; turn < load.orders; turn = next++) {
      const dueMs = startedMs + (turn * 1_000) / load.ordersPerSecond;
      await sleep(Math.max(0, dueMs - performance.now()));
      // The outcome changes more slowly than the client, so that each outcome meets each client.
      const client = inTurn(clients, turn);
      const outcome = inTurn(load.outcomes, Math.floor(turn / clients.length));
      await placeOne({ client, outcome, turn, load }).then(
        (id) => placed.ids[outcome].push(id),
        (error: unknown) => placed.errors.push(`${outcome}: ${String(error)}`),
      );
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  placed.perSecond = (load.orders * 1_000) / (performance.now() - startedMs);
  return placed;
};

/** The orders that must cause an OrderPaid and then a ShipAssembled. */
export const paidIds = ({ ids }: PlacedOrders): string[] => [
  ...ids['paid at once'],
  ...ids['paid later'],
];

export const allIds = ({ ids }: PlacedOrders): string[] => Object.values(ids).flat();

interface One {
  client: OrderClient;
  outcome: Outcome;
  turn: number;
  load: YardLoad;
}

const placeOne = async ({ client, outcome, turn, load }: One): Promise<string> => {
  const method = inTurn(methods, turn);
  const partIds = [inTurn(load.partIds, turn), inTurn(load.partIds, turn + 1)];
  const paidAtOnce = outcome === 'paid at once' ? method : undefined;
  const id = await client.create({ userId: load.userId, partIds, method: paidAtOnce });
  if (outcome === 'paid later') await client.pay(id, method);
  if (outcome === 'cancelled') await client.cancel(id);
  return id;
};

const inTurn = <T>(all: readonly T[], turn: number): T => {
  const one = all[turn % all.length];
  if (one === undefined) throw new Error('there is nothing to take in turn');
  return one;
};
