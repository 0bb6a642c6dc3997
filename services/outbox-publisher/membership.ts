import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import type { Logger } from '#platform/base/logger.ts';
import { createBucketStore } from './store/buckets.ts';
import { createMemberStore } from './store/members.ts';
import type { AssignmentHandoff } from './usecases/assignment-handoff.ts';
import { createHeldLease, type HeldLease } from './usecases/hold-lease.ts';
import { shareBuckets } from './usecases/share-buckets.ts';

export interface MembershipParts {
  pool: Pool;
  id: string;
  sources: readonly { readonly name: string; readonly handoff: AssignmentHandoff }[];
  logger: Logger;
  leaseMs: number;
  renewIntervalMs: number;
  monotonicMs: () => number;
  countLost: () => void;
  /** Once aborted, nothing more is claimed. */
  stopping: AbortSignal;
}

export interface Membership {
  readonly lease: HeldLease;
  /** The channel on which members announce that one joined, left or gave buckets back. */
  readonly channel: string;
}

const channel = 'publisher_members';

/** Creates what shares the buckets of all sources with the other publishers. */
export const createMembership = (parts: MembershipParts): Membership => {
  const { pool, sources, logger } = parts;
  const buckets = createBucketStore(pool);
  const members = createMemberStore({ ...parts, sources: sources.map(({ name }) => name) });
  // a hint: without it the others notice at their next renewal
  const announceChange = () => pool.query(`NOTIFY ${identifier(channel)}`).catch(() => undefined);
  const shares = sources.map(({ name, handoff }) =>
    shareBuckets({
      source: name,
      survey: (source, epoch) => buckets.survey(source, epoch),
      claim: (source, epoch, count) => buckets.claim(source, epoch, count),
      giveBack: (source, epoch, given) => buckets.giveBack(source, epoch, given),
      assign: (assignment) => handoff.assign(assignment),
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
      await members.leave(epoch);
      await announceChange();
    },
    onHeld: async (held) => {
      const ended = await members.endExpired();
      if (ended > 0) logger.info({ ended }, 'ended the epochs of publishers that are gone');
      if (parts.stopping.aborted) return;
      for (const share of shares) await share(held);
    },
    onLost: () => {
      for (const { handoff } of sources) handoff.withdraw();
    },
  });
  return { lease, channel };
};
