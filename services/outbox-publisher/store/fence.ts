/**
 * The common table `fence`: one row while the member's epoch lives, none afterwards. The share lock keeps
 * the epoch from being ended before the statement is through, so a take-over waits for it; a statement
 * that comes later finds nothing and changes nothing.
 */
export const fence = (epoch: string): string => `fence AS MATERIALIZED (
    SELECT epoch FROM publisher.members
     WHERE epoch = ${epoch} AND expires_at > clock_timestamp() FOR SHARE)`;
