/**
 * The common table `fence`: one row while the member's epoch lives, none afterwards. The lock keeps the epoch
 * from being ended before the statement is through, so a take-over, which deletes the member, waits for it; a
 * statement that comes later finds nothing and changes nothing.
 *
 * FOR KEY SHARE, because a renewal must not wait: it changes no key. Under FOR SHARE it would wait for every
 * statement under way, and Postgres lets new sharers pass one that waits. A renewal carries the lock over to the
 * row's new version, so the member is not deleted behind it.
 */
export const fence = (epoch: string): string => `fence AS MATERIALIZED (
    SELECT epoch FROM publisher.members
     WHERE epoch = ${epoch} AND expires_at > clock_timestamp() FOR KEY SHARE)`;
