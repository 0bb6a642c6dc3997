import type { Logger } from '#platform/base/logger.ts';
import { repeat } from '#platform/base/loops.ts';
import { sleep } from '#platform/base/sleep.ts';
import type { Lease } from '../domain/lease.ts';

export interface HoldLeaseDeps {
  join: () => Promise<bigint>;
  renew: (epoch: bigint) => Promise<boolean>;
  leave: (epoch: bigint) => Promise<void>;
  /** Called after each renewal, to share the buckets anew. */
  onHeld: (lease: Lease) => Promise<void>;
  onLost: () => void;
  /** Called in addition when it ends although the publisher goes on. */
  countLost: () => void;
  leaseMs: number;
  renewIntervalMs: number;
  monotonicMs: () => number;
  logger: Logger;
}

export interface HeldLease {
  /** Returns the lease while it lasts. */
  current(): Lease | undefined;
  /** Triggers a renewal now, e.g. because another member joined or left. */
  wakeUp(): void;
  /**
   * Joins and renews until `leave`, also while the process is stopping, because work in progress needs the
   * lease.
   */
  run(): Promise<void>;
  /**
   * Releases the epoch and joins under another one: statements sent under it that may still arrive at the
   * database then change nothing. Does nothing for an epoch that is not held any more.
   */
  release(epoch: bigint, why: string): void;
  /** Ends the epoch: what it owned is free at once. */
  leave(): Promise<void>;
}

/** Becomes a member, renews in time to stay one, and joins under another epoch when fenced off. */
export const createHeldLease = (deps: HoldLeaseDeps): HeldLease => {
  const { monotonicMs, logger, renewIntervalMs } = deps;
  const state = createLeaseState(deps);
  const leaving = new AbortController();
  let wakeUp = new AbortController();
  let running: Promise<void> = Promise.resolve();

  // constant: a lease about to expire leaves no time for longer pauses
  const backoff = { firstMs: renewIntervalMs, maxMs: renewIntervalMs };
  const renewUntilLeaving = (): Promise<void> =>
    repeat(
      { name: 'renewing the membership', logger, backoff },
      leaving.signal,
      async (progress) => {
        wakeUp = new AbortController();
        const woken = AbortSignal.any([leaving.signal, wakeUp.signal]);
        try {
          await renewOnce(deps, state);
        } catch (error) {
          const lease = state.held();
          if (lease && monotonicMs() >= lease.validUntilMs)
            state.lose('it was not renewed in time');
          throw error;
        }
        progress();
        await sleep(renewIntervalMs, woken);
      },
    );

  return {
    current: () => {
      const lease = state.held();
      return lease && monotonicMs() < lease.validUntilMs ? lease : undefined;
    },
    wakeUp: () => wakeUp.abort(),
    release: (epoch, why) => {
      if (state.held()?.epoch !== epoch) return;
      state.lose(why);
      void endEpoch(deps, epoch).then(() => wakeUp.abort());
    },
    run: () => {
      running = renewUntilLeaving();
      return running;
    },
    leave: async () => {
      leaving.abort();
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

const createLeaseState = ({ logger, onLost, countLost }: HoldLeaseDeps): LeaseState => {
  let lease: Lease | undefined;
  return {
    held: () => lease,
    hold: (next) => {
      lease = next;
    },
    lose: (why) => {
      logger.warn({ epoch: lease?.epoch.toString() }, `lease lost: ${why}`);
      lease = undefined;
      countLost();
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
    deps.logger.info({ epoch: epoch.toString() }, 'joined the publishers under a new epoch');
    state.hold({ epoch, validUntilMs });
  } else {
    const isRenewed = await deps.renew(before.epoch);
    // it was released meanwhile
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
