import type { Logger } from '#platform/logger.ts';
import { sleep } from '#platform/sleep.ts';
import type { Lease } from '../domain/lease.ts';

export interface HoldLeaseDeps {
  join: () => Promise<bigint>;
  renew: (epoch: bigint) => Promise<boolean>;
  leave: (epoch: bigint) => Promise<void>;
  /** Called after each renewal: time to share the buckets anew. */
  onHeld: (lease: Lease) => Promise<void>;
  onLost: () => void;
  leaseMs: number;
  renewIntervalMs: number;
  monotonicMs: () => number;
  logger: Logger;
}

export interface HeldLease {
  /** The lease, if it still lasts. */
  current(): Lease | undefined;
  /** Asks for a renewal round now, e.g. because another member came or went. */
  nudge(): void;
  /** Joins and renews until `leave`, also while the process is stopping: work in hand needs the lease. */
  run(): Promise<void>;
  /** Ends the epoch: what it owned is free at once. */
  leave(): Promise<void>;
}

/** Becomes a member, stays one by renewing in time, and joins anew under another epoch when fenced off. */
export const createHeldLease = (deps: HoldLeaseDeps): HeldLease => {
  const { monotonicMs, logger } = deps;
  const left = new AbortController();
  let lease: Lease | undefined;
  let nudged = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const lose = (why: string) => {
    logger.warn({ epoch: lease?.epoch.toString() }, `lease lost: ${why}`);
    lease = undefined;
    deps.onLost();
  };

  const round = async () => {
    // the deadline counts from before the request: the database's clock starts later
    const askedMs = monotonicMs();
    if (!lease) {
      const epoch = await deps.join();
      lease = { epoch, validUntilMs: askedMs + deps.leaseMs };
      logger.info({ epoch: epoch.toString() }, 'joined');
    } else if (await deps.renew(lease.epoch)) {
      lease = { epoch: lease.epoch, validUntilMs: askedMs + deps.leaseMs };
    } else {
      lose('its epoch was ended by another publisher');
      return;
    }
    await deps.onHeld(lease);
  };

  const renewUntilLeft = async (): Promise<void> => {
    while (!left.signal.aborted) {
      nudged = new AbortController();
      const woken = AbortSignal.any([left.signal, nudged.signal]);
      try {
        await round();
      } catch (error) {
        logger.warn({ err: error }, 'membership could not be renewed; trying again');
        if (lease && monotonicMs() >= lease.validUntilMs) lose('it was not renewed in time');
      }
      await sleep(deps.renewIntervalMs, woken);
    }
  };

  return {
    current: () => (lease && monotonicMs() < lease.validUntilMs ? lease : undefined),
    nudge: () => nudged.abort(),
    run: () => {
      running = renewUntilLeft();
      return running;
    },
    leave: async () => {
      left.abort();
      await running;
      if (!lease) return;
      const { epoch } = lease;
      lease = undefined;
      deps.onLost();
      await deps.leave(epoch);
    },
  };
};
