import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import type { Logger } from '#platform/base/logger.ts';
import { LeaseLost } from './domain/lease.ts';
import type { Member } from './domain/member.ts';
import { createBucketStore } from './store/buckets.ts';
import { createMemberStore, type MemberStore } from './store/members.ts';
import { createEndFenced } from './usecases/end-fenced.ts';
import type { AssignmentDesk } from './usecases/assignment-desk.ts';
import { createHeldLease, type HeldLease } from './usecases/hold-lease.ts';
import { shareBuckets } from './usecases/share-buckets.ts';

export interface MembershipParts {
  pool: Pool;
  id: string;
  sources: readonly { readonly name: string; readonly desk: AssignmentDesk }[];
  logger: Logger;
  leaseMs: number;
  renewIntervalMs: number;
  monotonicMs: () => number;
  /** From then on nothing more is claimed. */
  stopping: AbortSignal;
  /** Resolves when the broker refuses what the member has sent or sends. Buckets change hands only after it. */
  fence?: ((member: Member) => Promise<void>) | undefined;
}

export interface Membership {
  readonly lease: HeldLease;
  /** Where members tell each other that one came, went or gave buckets back. */
  readonly channel: string;
}

const channel = 'publisher_members';

/** Puts together what shares the buckets of all sources with the other publishers. */
export const createMembership = (parts: MembershipParts): Membership => {
  const { pool, sources, logger } = parts;
  const buckets = createBucketStore(pool);
  const members = createMemberStore({ ...parts, sources: sources.map(({ name }) => name) });
  // a hint: without it the others find out at their next renewal
  const announceChange = () => pool.query(`NOTIFY ${identifier(channel)}`).catch(() => undefined);
  const endExpired = createEndExpired(parts, members, () => lease.nudge());
  // a request of ours that was given up may still be under way
  const fenceOwn = async (epoch: bigint, names: readonly string[]): Promise<void> => {
    if (!parts.fence) return;
    const own = await members.find(epoch);
    if (!own) throw new LeaseLost(`epoch ${epoch} has ended`);
    await parts.fence({ ...own, sources: names });
  };
  const shares = sources.map(({ name, desk }) =>
    shareBuckets({
      source: name,
      survey: (source, epoch) => buckets.survey(source, epoch),
      claim: (source, epoch, count) => buckets.claim(source, epoch, count),
      giveBack: async (source, epoch, given) => {
        await fenceOwn(epoch, [source]);
        await buckets.giveBack(source, epoch, given);
      },
      assign: (assignment) => desk.assign(assignment),
      isHeld: ({ epoch }) => lease.current()?.epoch === epoch,
      announceFree: () => void announceChange(),
      logger,
    }),
  );
  const lease = createHeldLease({
    ...parts,
    join: async () => {
      for (const { name } of sources) await buckets.ensure(name);
      const epoch = await members.join();
      void announceChange();
      return epoch;
    },
    renew: (epoch) => members.renew(epoch),
    leave: async (epoch) => {
      const names = sources.map(({ name }) => name);
      try {
        await fenceOwn(epoch, names);
      } catch (error) {
        // the lease runs out, and whoever takes over does it
        logger.warn({ err: error }, 'could not fence itself off; its buckets are free later');
        return;
      }
      await members.leave(epoch);
      await announceChange();
    },
    onHeld: async (held) => {
      await endExpired();
      if (parts.stopping.aborted) return;
      for (const share of shares) await share(held);
    },
    onLost: () => {
      for (const { desk } of sources) desk.withdraw();
    },
  });
  return { lease, channel };
};

const createEndExpired = (
  { fence, logger }: MembershipParts,
  members: MemberStore,
  onEnded: () => void,
): (() => Promise<void> | void) => {
  if (fence) return createEndFenced({ ...members, fence, onEnded, logger });
  return async () => {
    const ended = await members.endExpired();
    if (ended > 0) logger.info({ ended }, 'ended the epochs of publishers that are gone');
  };
};
