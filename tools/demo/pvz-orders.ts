import { ConnectError, createClient, type Client } from '@connectrpc/connect';
import { createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { durationMs, timestampFromMs } from '@bufbuild/protobuf/wkt';
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { ProcessAction, PvzService, type OrderError } from '#gen/pvz/v1/pvz_pb.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Addresses } from './running-system.ts';

export type Step = 'accepted' | 'issued' | 'returned by the client' | 'returned to the courier';

export interface PvzOrders {
  /** How many orders took each step. */
  steps: Map<Step, number>;
  /** How many times each code was the answer. */
  refused: Map<string, number>;
  /** How many calls were told by the rate limit to come later. */
  deferred: number;
  /** Unexpected answers. */
  errors: string[];
}

export interface PvzLife {
  /** The first id of the orders. The ids up to 99 above it, and the user of this id, are new. */
  firstId: bigint;
  imported: number;
  acceptedSingly: number;
}

type PvzClient = Client<typeof PvzService>;
type Ask = <T>(call: (client: PvzClient) => Promise<T>) => Promise<T | undefined>;

const dayMs = 86_400_000;
const maxTries = 20;

/**
 * Takes orders through the pick-up point, over gRPC and Connect in turn: all are accepted, two thirds issued, one third
 * brought back, and some of these go back to the courier. Others are asked for that must be refused.
 */
export const runPickUpPoint = async (at: Addresses, life: PvzLife): Promise<PvzOrders> => {
  const orders: PvzOrders = { steps: new Map(), refused: new Map(), deferred: 0, errors: [] };
  const point = { ...life, orders, ask: createAsk(at, orders) };
  await acceptAll(point);
  await atCounter(point);
  await giveBack(point);
  return orders;
};

interface Point extends PvzLife {
  orders: PvzOrders;
  ask: Ask;
}

const count = <Key>(counts: Map<Key, number>, key: Key, more = 1) =>
  counts.set(key, (counts.get(key) ?? 0) + more);

/** Makes calls by client after client, notes refusals, and comes again when the rate limit says. */
const createAsk = ({ grpcUrl, httpUrl }: Addresses, orders: PvzOrders): Ask => {
  const clients = [
    createClient(PvzService, createGrpcTransport({ baseUrl: grpcUrl })),
    createClient(PvzService, createConnectTransport({ baseUrl: httpUrl, httpVersion: '1.1' })),
  ];
  let turn = 0;
  return async (call) => {
    for (let tries = 1; ; tries += 1) {
      const client = clients[turn++ % clients.length];
      if (client === undefined) return undefined;
      try {
        return await call(client);
      } catch (error) {
        const waitMs = noteRefusal(error, orders);
        if (waitMs === undefined) return undefined;
        if (tries === maxTries) throw error;
        await sleep(waitMs);
      }
    }
  };
};

/** Notes why a call was refused. Returns how long to wait when it is to be made again. */
const noteRefusal = (error: unknown, orders: PvzOrders): number | undefined => {
  const refusal = ConnectError.from(error);
  const reason = refusal.findDetails(ErrorInfoSchema)[0]?.reason;
  const delay = refusal.findDetails(RetryInfoSchema)[0]?.retryDelay;
  if (reason === 'RATE_LIMITED' && delay !== undefined) {
    orders.deferred += 1;
    return durationMs(delay);
  }
  if (reason === undefined) orders.errors.push(String(error));
  else count(orders.refused, reason);
  return undefined;
};

const idsOf = (firstId: bigint, amount: number): bigint[] =>
  Array.from({ length: amount }, (_, index) => firstId + BigInt(index));

const toOrder = (orderId: bigint, userId: bigint) => ({
  ...{ orderId, userId, package: 'bag', weight: 2.5, price: 100 },
  expiresAt: timestampFromMs(Date.now() + dayMs),
});

const noteErrors = ({ orders }: Point, errors: readonly OrderError[]): void =>
  errors.forEach(({ code }) => count(orders.refused, code));

/** Accepts the first orders by one import, and the others one by one. */
const acceptAll = async (point: Point): Promise<void> => {
  const { firstId, imported, acceptedSingly, orders, ask } = point;
  const order = (id: bigint) => toOrder(id, firstId);
  const [tooHeavy, unknownPackage, termOver] = [97n, 98n, 99n].map((n) => order(firstId + n));
  const file = [
    ...idsOf(firstId, imported).map(order),
    { ...tooHeavy, weight: 10 },
    { ...unknownPackage, package: 'crate' },
    { ...termOver, expiresAt: timestampFromMs(Date.now() - dayMs) },
    order(firstId),
  ];
  const answer = await ask((pvz) => pvz.importOrders({ orders: file }));
  count(orders.steps, 'accepted', answer?.imported);
  noteErrors(point, answer?.errors ?? []);
  const single = [...idsOf(firstId + BigInt(imported), acceptedSingly).map(order), order(firstId)];
  const answers = await Promise.all(single.map((each) => ask((pvz) => pvz.acceptOrder(each))));
  count(orders.steps, 'accepted', answers.filter((each) => each !== undefined).length);
};

const amountsOf = ({ imported, acceptedSingly }: PvzLife) => {
  const issued = Math.floor(((imported + acceptedSingly) * 2) / 3);
  const returned = Math.floor(issued / 2);
  return { issued, returned, givenBack: Math.floor((returned * 2) / 3) };
};

/** Issues orders and takes some back. Of orders that are another user's, unknown or in a wrong status none is issued. */
const atCounter = async (point: Point): Promise<void> => {
  const { firstId, orders, ask } = point;
  const { issued, returned } = amountsOf(point);
  const [issuedIds, unknownId] = [idsOf(firstId, issued), firstId + 99n];
  const process = async (step: Step, asked: { userId: bigint; orderIds: bigint[] }) => {
    const action = step === 'issued' ? ProcessAction.ISSUE : ProcessAction.RETURN;
    const answer = await ask((pvz) => pvz.processOrders({ ...asked, action }));
    count(orders.steps, step, answer?.processed.length);
    noteErrors(point, answer?.errors ?? []);
  };
  await process('issued', { userId: firstId + 1n, orderIds: [firstId] });
  await process('issued', { userId: firstId, orderIds: [...issuedIds, unknownId] });
  await process('issued', { userId: firstId, orderIds: [firstId] });
  const broughtBack = issuedIds.slice(0, returned);
  await process('returned by the client', { userId: firstId, orderIds: broughtBack });
};

/** Gives orders back to the courier; neither those that wait, nor those with the client, nor one twice. */
const giveBack = async ({ orders, ask, ...life }: Point): Promise<void> => {
  const { issued, returned, givenBack } = amountsOf(life);
  const giveBackOne = (orderId: bigint) => ask((pvz) => pvz.returnOrder({ orderId }));
  const answers = await Promise.all(idsOf(life.firstId, givenBack).map(giveBackOne));
  const given = answers.filter((each) => each !== undefined).length;
  count(orders.steps, 'returned to the courier', given);
  const [withClient, waiting] = [returned, issued].map((n) => life.firstId + BigInt(n));
  for (const orderId of [withClient, waiting, life.firstId])
    if (orderId !== undefined) await giveBackOne(orderId);
};

/** What must come of it. */
export const expectedOf = (life: PvzLife): Pick<PvzOrders, 'steps' | 'refused'> => {
  const { issued, returned, givenBack } = amountsOf(life);
  return {
    steps: new Map([
      ['accepted', life.imported + life.acceptedSingly],
      ['issued', issued],
      ['returned by the client', returned],
      ['returned to the courier', givenBack],
    ]),
    refused: new Map([
      ['WEIGHT_TOO_HEAVY', 1],
      ['INVALID_PACKAGE', 1],
      // a term that is over, another user's order, one issued twice, one that is with the client
      ['VALIDATION_FAILED', 4],
      ['ORDER_ALREADY_EXISTS', 2],
      // an unknown one, and one that went back to the courier
      ['ORDER_NOT_FOUND', 2],
      ['STORAGE_EXPIRED', 1],
    ]),
  };
};
