import { settledWithin } from '#platform/messaging/kafka/within.ts';
import type { HeldPartitions } from '../domain/held-partitions.ts';
import { LeaseLost } from '../domain/lease.ts';
import type { RequestPart } from '../domain/request-plan.ts';
import { createSender, type Sender, type SenderDeps } from './sender.ts';

/** The part of a request that goes to one broker. */
export interface Lot {
  /** Undefined when the leader is not known. */
  readonly broker: string | undefined;
  readonly parts: readonly RequestPart[];
}

export type SendPart = Sender['send'];

/**
 * Sends a lot and handles the outcome; returns how many rows were acknowledged and are marked or being
 * marked.
 */
export type WorkOnLot = (lot: Lot, send: SendPart) => Promise<number>;

/** Requests split by broker, so that one that does not answer delays only its own partitions. */
export interface Lots {
  /** Undefined when only one broker is known: everything goes as one request. */
  split(parts: readonly RequestPart[]): Lot[] | undefined;
  /**
   * Works on the lots in parallel. A slow one is detached: its partitions are backed off until it has ended,
   * and nothing else is sent to them. Returns how many rows were acknowledged, not counting detached lots.
   */
  work(lots: readonly Lot[], work: WorkOnLot, marked: () => Promise<void>): Promise<number>;
  /** Does any broker answer? */
  isAnyThere(): Promise<boolean>;
  /** Throws the error of a detached lot that has failed. */
  check(): void;
  /** Begins nothing more, and resolves when no lot is in progress. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface LotsDeps extends Omit<SenderDeps, 'openProducer'> {
  openProducer: (broker: string | undefined) => ReturnType<SenderDeps['openProducer']>;
  leaders: {
    of: (topic: string, partition: number) => string | undefined;
    brokerCount: () => number;
    isOld: () => boolean;
    ask: () => Promise<boolean>;
  };
  heldPartitions: HeldPartitions;
  /** How long the other lots wait for a slow one. */
  slowBrokerMs: number;
  /** Called when a detached lot has ended, because there may be more to send. */
  onEnded: () => void;
}

interface Route {
  sender: Sender;
  isKept: boolean;
}

export const createLots = (deps: LotsDeps): Lots => {
  const { leaders, heldPartitions } = deps;
  const routes = createRoutes(deps.openProducer, deps);
  const alone = createAlone(deps, routes);

  const workOnOne = async (lot: Lot, work: WorkOnLot, marked: () => Promise<void>) => {
    const isDoubtful = lot.parts.some((part) => heldPartitions.isDoubtful(part));
    const route = isDoubtful ? routes.extra(lot.broker) : routes.kept(lot.broker);
    const working = work(lot, alone.sendBy(route));
    if (!isDoubtful) {
      if (await settledWithin(working, deps.slowBrokerMs)) return working;
      const ended = () => false;
      // when no broker answers, no other lot can go on either
      if (!(await Promise.race([leaders.ask(), working.then(ended, ended)]))) return working;
    }
    alone.leave(lot, route, working.then(marked));
    return 0;
  };

  return {
    split: (parts) => {
      if (leaders.isOld()) void leaders.ask();
      return leaders.brokerCount() < 2 ? undefined : splitByBroker(parts, deps);
    },
    work: async (lots, work, marked) => {
      const results = await Promise.allSettled(lots.map((lot) => workOnOne(lot, work, marked)));
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
      return results.reduce((sum, each) => sum + (each.status === 'fulfilled' ? each.value : 0), 0);
    },
    isAnyThere: () => leaders.ask(),
    check: alone.check,
    settled: alone.settled,
    close: routes.close,
  };
};

/** Separates partitions that failed the last time from the others, even of the same broker. */
const splitByBroker = (parts: readonly RequestPart[], deps: LotsDeps): Lot[] => {
  const lots = new Map<string, { broker: string | undefined; parts: RequestPart[] }>();
  for (const part of parts) {
    const broker = deps.leaders.of(part.topic, part.partition);
    const name = `${broker} ${deps.heldPartitions.isDoubtful(part)}`;
    const lot = lots.get(name) ?? { broker, parts: [] };
    lot.parts.push(part);
    lots.set(name, lot);
  }
  return [...lots.values()];
};

type Routes = ReturnType<typeof createRoutes>;

/** The producers of the brokers; one is kept for each. */
const createRoutes = (
  openProducer: LotsDeps['openProducer'],
  deps: Omit<SenderDeps, 'openProducer'>,
) => {
  const routes = new Map<string | undefined, Route>();
  const routeTo = (broker: string | undefined, isKept: boolean): Route => ({
    sender: createSender({ ...deps, openProducer: () => openProducer(broker) }),
    isKept,
  });
  return {
    extra: (broker: string | undefined) => routeTo(broker, false),
    kept: (broker: string | undefined) => {
      const route = routes.get(broker) ?? routeTo(broker, true);
      routes.set(broker, route);
      return route;
    },
    release: (broker: string | undefined, route: Route) => {
      route.isKept = false;
      if (routes.get(broker) === route) routes.delete(broker);
    },
    close: async () => {
      await Promise.all([...routes.values()].map(({ sender }) => sender.close()));
    },
  };
};

/** The lots that are detached because they are slow. */
const createAlone = ({ heldPartitions, onEnded }: LotsDeps, routes: Routes) => {
  const alone = new Set<Promise<void>>();
  let isEnding = false;
  let failure: { error: unknown } | undefined;
  return {
    sendBy:
      (route: Route): SendPart =>
      async (epoch, parts) => {
        if (isEnding && !route.isKept)
          throw new LeaseLost('this publisher is giving these buckets back');
        return route.sender.send(epoch, parts);
      },
    /** Backs off its partitions until it has ended and what it sent is marked. */
    leave: (lot: Lot, route: Route, working: Promise<void>): void => {
      routes.release(lot.broker, route);
      for (const part of lot.parts) heldPartitions.hold(part);
      const ended = working
        .catch((error: unknown) => {
          if (!(isEnding && error instanceof LeaseLost)) failure = { error };
        })
        .then(async () => {
          for (const part of lot.parts) heldPartitions.letGo(part);
          alone.delete(ended);
          onEnded();
          await route.sender.close();
        });
      alone.add(ended);
    },
    check: (): void => {
      const found = failure;
      failure = undefined;
      if (found) throw found.error;
    },
    settled: async (): Promise<void> => {
      isEnding = true;
      await Promise.all(alone);
      isEnding = false;
      failure = undefined;
    },
  };
};
