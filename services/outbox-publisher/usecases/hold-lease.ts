import type { Logger } from '#platform/logger.ts';
import { sleep } from '#platform/sleep.ts';
import type { Lease } from '../domain/lease.ts';

export interface HoldLeaseDeps {
  join: () => Promise<bigint>;
  renew: (epoch: bigint) => Promise<boolean>;
  leave: (epoch: bigint) => Promise<void>;
  /** Called after each renewal, with the lease held: time to share the buckets anew. */
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
  /** Renews until the signal aborts. The lease is kept after that, for work in hand, until `leave`. */
  run(signal: AbortSignal): Promise<void>;
  /** Ends the epoch: what it owned is free at once. */
  leave(): Promise<void>;
}

/** Becomes a member, stays one by renewing in time, and joins anew under another epoch when fenced off. */
export const createHeldLease = (deps: HoldLeaseDeps): HeldLease => {
  const { monotonicMs, logger } = deps;
  let lease: Lease | undefined;
  let nudged = new AbortController();

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

  return {
    current: () => (lease && monotonicMs() < lease.validUntilMs ? lease : undefined),
    nudge: () => nudged.abort(),
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await round();
        } catch (error) {
          logger.warn({ err: error }, 'membership could not be renewed; trying again');
          if (lease && monotonicMs() >= lease.validUntilMs) lose('it was not renewed in time');
        }
        nudged = new AbortController();
        await sleep(deps.renewIntervalMs, AbortSignal.any([signal, nudged.signal]));
      }
    },
    leave: async () => {
      if (!lease) return;
      const { epoch } = lease;
      lease = undefined;
      deps.onLost();
      await deps.leave(epoch);
    },
  };
};
