import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';

export interface MemberStore {
  /** Becomes a member under a new epoch, which is returned. */
  join(): Promise<bigint>;
  /** Renews the lease. Returns false when the epoch has ended, which means that this member is fenced off. */
  renew(epoch: bigint): Promise<boolean>;
  /**
   * Ends the epochs of members whose lease has expired and that have no statement running; frees their
   * buckets.
   */
  endExpired(): Promise<number>;
  /** Ends this member's epoch and frees its buckets at once. */
  leave(epoch: bigint): Promise<void>;
}

export interface MemberStoreOptions {
  pool: Pool;
  id: string;
  sources: readonly string[];
  leaseMs: number;
}

const lease = "clock_timestamp() + $1::integer * interval '1 ms'";

const insertMember = prepareStatement<{ epoch: bigint }>(
  'publisher_join',
  `INSERT INTO publisher.members (expires_at, seen_at, id, sources)
   VALUES (${lease}, clock_timestamp(), $2, $3) RETURNING epoch`,
);

const renewMember = prepareStatement<{ epoch: bigint }>(
  'publisher_renew',
  `UPDATE publisher.members SET expires_at = ${lease}, seen_at = clock_timestamp()
    WHERE epoch = $2 AND expires_at > clock_timestamp() RETURNING epoch`,
);

/*
 * Skips a member whose statement is still running, because it locks the member's row: the next round ends it.
 * An expiry further ahead than any lease comes from a clock that was set back.
 */
const deleteExpired = prepareStatement<{ epoch: bigint }>(
  'publisher_end_expired',
  `DELETE FROM publisher.members WHERE epoch IN (
     SELECT epoch FROM publisher.members
      WHERE expires_at <= clock_timestamp() OR expires_at > ${lease} + interval '1 s'
      FOR UPDATE SKIP LOCKED)
   RETURNING epoch`,
);

const deleteMember = prepareStatement(
  'publisher_leave',
  'DELETE FROM publisher.members WHERE epoch = $1',
);

/** Membership by the database's clock alone. Deleting a member frees its buckets through the foreign key. */
export const createMemberStore = ({
  pool,
  id,
  sources,
  leaseMs,
}: MemberStoreOptions): MemberStore => ({
  join: async () => {
    const [member] = await insertMember(pool, [leaseMs, id, sources]);
    if (!member) throw new Error('INSERT … RETURNING always returns a row.');
    return member.epoch;
  },
  renew: async (epoch) => (await renewMember(pool, [leaseMs, epoch])).length === 1,
  endExpired: async () => (await deleteExpired(pool, [leaseMs])).length,
  leave: async (epoch) => {
    await deleteMember(pool, [epoch]);
  },
});
