import { PaymentMethod } from '#gen/payment/v1/payment_pb.ts';
import { sleep } from '#platform/base/sleep.ts';
import { openOrderClients, type OrderClient, type YardAddresses } from './order-clients.ts';

/** What becomes of an order. */
export type Outcome = 'paid at once' | 'paid later' | 'cancelled' | 'left unpaid';

export interface YardLoad extends YardAddresses {
  /** Whose orders they are. */
  userId: string;
  /** Parts with stock enough; an order takes one piece of two of them. */
  partIds: readonly string[];
  orders: number;
  ordersPerSecond: number;
  /** In turn. */
  outcomes: readonly Outcome[];
}

export interface PlacedOrders {
  /** Ids by what became of them. */
  ids: Record<Outcome, string[]>;
  /** Answers that were not expected. */
  errors: string[];
  /** Orders a second, as it turned out. */
  perSecond: number;
}

const methods = [
  PaymentMethod.CARD,
  PaymentMethod.SBP,
  PaymentMethod.CREDIT_CARD,
  PaymentMethod.INVESTOR_MONEY,
] as const;
const inFlight = 64;

/** Places orders over gRPC, Connect and REST in turn, at a steady rate whether or not answers have come. */
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
      // the outcome goes round slower than the clients: each meets each
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

/** Those for which an OrderPaid is to come, and then a ShipAssembled. */
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
