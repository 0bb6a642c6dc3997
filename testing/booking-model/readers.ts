import { sleep } from '#platform/base/sleep.ts';
import type { Cache } from '#platform/cache/cache.ts';
import type { Queryable } from '#platform/database/pool.ts';
import type { OrderWithFacts } from '../../services/booking/domain/order.ts';
import { cacheOrders } from '../../services/booking/store/cached-orders.ts';
import type { OrderScript } from './scenario.ts';
import type { Snapshot } from './snapshots.ts';

/** Somebody who reads an order through the cache while its saga is under way. */
export interface Reader {
  /** Ends the reading of an order to which nothing happens any more; describes what was read wrongly. */
  finish(order: Snapshot): Promise<string[]>;
}

/** Starts the readers of orders; `admin` is not cut off when a service is killed. */
export type StartReader = (orderId: string, kind: OrderScript['reader']) => Reader;

const readAgainMs = 50;

export const createReaders = (admin: Queryable, cache: Cache): StartReader => {
  const orders = cacheOrders(admin, cache);
  return (orderId, kind) => {
    if (kind === undefined) return { finish: () => Promise.resolve([]) };
    const read = kind === 'late' ? readLate(admin, cache, orderId) : readOften(orders, orderId);
    return {
      finish: async (order) => {
        // A change of which the cache has not heard stays unseen until its entry expires: its writer was killed or cut off,
        // as the scenario wants it. So the last one is reported once more, and then nothing older may be read.
        await orders.noteOrders([orderId]);
        const seen = await read();
        return [
          ...seen.flatMap((each) => toFaults(order, each, isBeginning)),
          ...toFaults(order, await orders.findOrder(orderId), isWhole),
        ];
      },
    };
  };
};

type Seen = OrderWithFacts | undefined;

/** Loads the order now, and stores it in the cache when the function returned is called. */
const readLate = (admin: Queryable, cache: Cache, orderId: string) => {
  const gate = Promise.withResolvers<undefined>();
  const query = admin.query.bind(admin) as (...args: unknown[]) => Promise<unknown>;
  const late = {
    query: async (...args: unknown[]) => {
      const answer = await query(...args);
      await gate.promise;
      return answer;
    },
  } as unknown as Queryable;
  const reading = cacheOrders(late, cache).findOrder(orderId);
  return async (): Promise<Seen[]> => {
    gate.resolve(undefined);
    return [await reading];
  };
};

/** Reads the order again and again until the function returned is called. */
const readOften = ({ findOrder }: ReturnType<typeof cacheOrders>, orderId: string) => {
  const abort = new AbortController();
  const seen: Seen[] = [];
  const run = async (): Promise<void> => {
    while (!abort.signal.aborted) {
      seen.push(await findOrder(orderId));
      await sleep(readAgainMs, abort.signal);
    }
  };
  const running = run();
  running.catch(() => undefined);
  return async (): Promise<Seen[]> => {
    abort.abort();
    await running;
    return seen;
  };
};

type Claim = (order: Snapshot, seen: OrderWithFacts) => boolean;

const typesOf = ({ facts }: OrderWithFacts): string => facts.map(({ type }) => type).join();

/** What was read is the order as it is now. */
const isWhole: Claim = (order, seen) =>
  typesOf(seen) === order.facts.join() &&
  seen.order.status === order.status &&
  (seen.order.stuckSince !== undefined) === order.isStuck;

/** What was read is the order as it once was: its facts are the first ones, and as many as it says. */
const isBeginning: Claim = (order, seen) =>
  typesOf(seen) === order.facts.slice(0, seen.facts.length).join() &&
  Number(seen.order.sequence) === seen.facts.length;

const toFaults = (order: Snapshot, seen: Seen, isTrue: Claim): string[] => {
  if (seen !== undefined && isTrue(order, seen)) return [];
  const words = seen === undefined ? 'nothing' : `${seen.order.status} after ${typesOf(seen)}`;
  return [
    `${order.orderId}: the cache had ${words}, not ${order.status} after ${order.facts.join()}`,
  ];
};
