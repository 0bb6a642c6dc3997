import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import { sleep } from '#platform/base/sleep.ts';
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
  /**
   * Ends the epoch and joins under another one: whatever was sent under it to the database and may still be
   * on its way then changes nothing. Of an epoch that is not held any more it does nothing.
   */
  renounce(epoch: bigint, why: string): void;
  /** Ends the epoch: what it owned is free at once. */
  leave(): Promise<void>;
}

/** Becomes a member, stays one by renewing in time, and joins anew under another epoch when fenced off. */
export const createHeldLease = (deps: HoldLeaseDeps): HeldLease => {
  const { monotonicMs, logger, renewIntervalMs } = deps;
  const state = createLeaseState(deps);
  const left = new AbortController();
  let nudged = new AbortController();
  let running: Promise<void> = Promise.resolve();

  // without growth: a lease that is to be saved has no time for it
  const backoff = { firstMs: renewIntervalMs, maxMs: renewIntervalMs };
  const renewUntilLeft = (): Promise<void> =>
    repeat({ name: 'renewing the membership', logger, backoff }, left.signal, async (progress) => {
      nudged = new AbortController();
      const woken = AbortSignal.any([left.signal, nudged.signal]);
      try {
        await renewOnce(deps, state);
      } catch (error) {
        const lease = state.held();
        if (lease && monotonicMs() >= lease.validUntilMs) state.lose('it was not renewed in time');
        throw error;
      }
      progress();
      await sleep(renewIntervalMs, woken);
    });

  return {
    current: () => {
      const lease = state.held();
      return lease && monotonicMs() < lease.validUntilMs ? lease : undefined;
    },
    nudge: () => nudged.abort(),
    renounce: (epoch, why) => {
      if (state.held()?.epoch !== epoch) return;
      state.lose(why);
      void endEpoch(deps, epoch).then(() => nudged.abort());
    },
    run: () => {
      running = renewUntilLeft();
      return running;
    },
    leave: async () => {
      left.abort();
      await running;
      const lease = state.held();
      if (!lease) return;
      state.hold(undefined);
      deps.onLost();
      await deps.leave(lease.epoch);
    },
  };
};

interface LeaseState {
  held(): Lease | undefined;
  hold(lease: Lease | undefined): void;
  lose(why: string): void;
}

const createLeaseState = ({ logger, onLost }: HoldLeaseDeps): LeaseState => {
  let lease: Lease | undefined;
  return {
    held: () => lease,
    hold: (next) => {
      lease = next;
    },
    lose: (why) => {
      logger.warn({ epoch: lease?.epoch.toString() }, `lease lost: ${why}`);
      lease = undefined;
      onLost();
    },
  };
};

const renewOnce = async (deps: HoldLeaseDeps, state: LeaseState): Promise<void> => {
  // the deadline counts from before the request: the database's clock starts later
  const validUntilMs = deps.monotonicMs() + deps.leaseMs;
  const before = state.held();
  if (!before) {
    const epoch = await deps.join();
    deps.logger.info({ epoch: epoch.toString() }, 'joined');
    state.hold({ epoch, validUntilMs });
  } else {
    const isRenewed = await deps.renew(before.epoch);
    // it was renounced meanwhile
    if (state.held() !== before) return;
    if (!isRenewed) {
      state.lose('its epoch was ended by another publisher');
      return;
    }
    state.hold({ epoch: before.epoch, validUntilMs });
  }
  const lease = state.held();
  if (lease) await deps.onHeld(lease);
};

const endEpoch = ({ leave, logger }: HoldLeaseDeps, epoch: bigint): Promise<void> =>
  leave(epoch).catch((error: unknown) => {
    logger.warn({ err: error }, 'could not end the epoch; it ends when its lease runs out');
  });
