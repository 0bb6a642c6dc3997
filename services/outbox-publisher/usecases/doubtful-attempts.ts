import { LeaseLost } from '../domain/lease.ts';

export type RenounceLease = (epoch: bigint, why: string) => void;

type UnderEpoch<Arguments extends unknown[], Result> = (
  epoch: bigint,
  ...rest: Arguments
) => Promise<Result>;

/**
 * For statements that count attempts. One without an answer may take effect much later, make its row FAILED
 * after the blocked keys were looked at, and let the next event of the key pass. So the epoch is given up: a
 * statement of an epoch that has ended changes nothing.
 */
export const endEpochWhenInDoubt =
  <Arguments extends unknown[], Result>(
    count: UnderEpoch<Arguments, Result>,
    renounceLease: RenounceLease,
  ): UnderEpoch<Arguments, Result> =>
  async (epoch, ...rest) => {
    try {
      return await count(epoch, ...rest);
    } catch (error) {
      const why = `an attempt may be counted, or not: ${String(error)}`;
      renounceLease(epoch, why);
      throw new LeaseLost(why, { cause: error });
    }
  };
