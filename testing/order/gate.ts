import type { DescService } from '@bufbuild/protobuf';
import { pino } from 'pino';
import { startGrpcServer } from '#platform/serving/grpc-server.ts';
import { createMetrics } from '#platform/base/metrics.ts';
import { createReadiness } from '#platform/base/readiness.ts';
import { openRpcClient } from '#platform/serving/rpc-client/open-rpc-client.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import { createRpcService } from '#platform/serving/rpc/service.ts';
import { waitFor } from '../wait-for.ts';

/**
 * Where a call is held: before it reaches the service, or after the service has handled it and before the answer is
 * sent.
 */
export interface Stop {
  rpc: string;
  when: 'before' | 'after';
  /** Hold every call, not only the next one. */
  isForAll?: boolean;
}

/** A proxy in front of a service that passes calls on, and holds one where a test says so. */
export interface Gate {
  readonly url: string;
  /** Holds the next call that reaches this stop, or all of them. */
  holdAt(stop: Stop): void;
  /** Resolves when a call is held. */
  untilHeld(): Promise<unknown>;
  /** Lets held calls go on, whether or not their callers still wait, and resolves when they have completed. */
  letGo(): Promise<void>;
  close(): Promise<void>;
}

type Rpc = (request: object, origin: object, limits: object) => Promise<object>;

export const startGate = async (service: DescService, targetPort: number): Promise<Gate> => {
  const logger = pino({ level: 'silent' });
  const metrics = createMetrics();
  const target = openRpcClient(service, {
    name: 'target',
    url: `http://127.0.0.1:${targetPort}`,
    logger,
    registry: metrics.registry,
  });
  const rpcs = target.rpcs as unknown as Record<string, Rpc>;
  const barrier = createBarrier();
  const underWay = new Set<Promise<object>>();
  // The signal never aborts, so that every call that arrives is carried out even when its caller has given up.
  const { signal } = new AbortController();

  const pass = async (rpc: string, forward: Rpc, request: object): Promise<object> => {
    await barrier.reach(rpc, 'before');
    const answer = await forward(request, { signal, headers: {} }, { tries: 1 });
    await barrier.reach(rpc, 'after');
    return answer;
  };
  const implementation = Object.entries(rpcs).map(([localName, forward]) => [
    localName,
    (request: object) => {
      const passing = pass(localName, forward, request);
      underWay.add(passing);
      return passing.finally(() => underWay.delete(passing));
    },
  ]);
  const server = await startGrpcServer({
    host: '127.0.0.1',
    port: 0,
    logger,
    services: [
      createRpcService(service, Object.fromEntries(implementation) as Implementation<DescService>, {
        logger,
        metrics,
      }),
    ],
    readiness: createReadiness({ checks: {}, stopping: signal }),
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    holdAt: barrier.raise,
    untilHeld: () => waitFor(barrier.isReached, { what: 'a call to be held' }),
    letGo: async () => {
      barrier.lift();
      await Promise.allSettled(underWay);
    },
    close: async () => {
      barrier.lift();
      await server.close();
      target.close();
    },
  };
};

const createBarrier = () => {
  let stop: Stop | undefined;
  let isReached = false;
  let held = Promise.withResolvers<undefined>();
  return {
    raise: (next: Stop) => {
      stop = next;
      isReached = false;
      held = Promise.withResolvers<undefined>();
    },
    isReached: () => isReached,
    reach: async (rpc: string, when: Stop['when']): Promise<void> => {
      if (stop?.rpc !== rpc || stop.when !== when) return;
      if (stop.isForAll !== true) stop = undefined;
      isReached = true;
      await held.promise;
    },
    lift: () => {
      stop = undefined;
      held.resolve(undefined);
    },
  };
};
