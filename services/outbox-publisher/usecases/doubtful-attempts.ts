import { LeaseLost } from '../domain/lease.ts';

export type ReleaseLease = (epoch: bigint, why: string) => void;

type UnderEpoch<Arguments extends unknown[], Result> = (
  epoch: bigint,
  ...values: Arguments
) => Promise<Result>;

/**
 * For statements that count attempts. One whose answer is lost may take effect much later, make its row
 * FAILED after the blocked keys were read, and let the next event of the key pass. So the epoch is released:
 * a statement of an epoch that has ended changes nothing.
 */
export const endEpochWhenInDoubt =
  <Arguments extends unknown[], Result>(
    count: UnderEpoch<Arguments, Result>,
    releaseLease: ReleaseLease,
  ): UnderEpoch<Arguments, Result> =>
  async (epoch, ...values) => {
    try {
      return await count(epoch, ...values);
    } catch (error) {
      const why = `an attempt may or may not have been counted: ${String(error)}`;
      releaseLease(epoch, why);
      throw new LeaseLost(why, { cause: error });
    }
  };
