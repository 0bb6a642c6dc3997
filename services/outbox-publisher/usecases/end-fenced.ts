import type { Logger } from '#platform/base/logger.ts';
import { createFailureLog } from '#platform/base/loops.ts';
import type { Member } from '../domain/member.ts';

export interface EndFencedDeps {
  listExpired: () => Promise<Member[]>;
  /** Resolves when the broker refuses whatever the member still sends. */
  fence: (member: Member) => Promise<void>;
  endListed: (member: Member) => Promise<boolean>;
  /** Buckets became free. */
  onEnded: () => void;
  logger: Logger;
}

/**
 * Ends the epochs of members that have expired, each only when the broker has been told; one of which it cannot
 * be told holds up no other. Goes on beside the caller, one at a time: a broker that is away must not keep the
 * lease from being renewed.
 */
export const createEndFenced = (deps: EndFencedDeps): (() => void) => {
  const { logger } = deps;
  const listing = createFailureLog({ name: 'listing expired publishers', logger });
  let isUnderWay = false;
  let failing = new Set<bigint>();
  const end = async (member: Member): Promise<'done' | 'failed'> => {
    const epoch = member.epoch.toString();
    try {
      await deps.fence(member);
      if (!(await deps.endListed(member))) return 'done';
    } catch (error) {
      const level = failing.has(member.epoch) ? 'debug' : 'warn';
      logger[level](
        { err: error, epoch },
        'an expired publisher could not be fenced off; trying again',
      );
      return 'failed';
    }
    logger.info({ epoch }, 'fenced off and ended a publisher that is gone');
    deps.onEnded();
    return 'done';
  };
  const endAll = async (): Promise<void> => {
    const expired = await deps.listExpired();
    listing.end();
    const failed = new Set<bigint>();
    for (const member of expired) if ((await end(member)) === 'failed') failed.add(member.epoch);
    failing = failed;
  };
  return () => {
    if (isUnderWay) return;
    isUnderWay = true;
    endAll()
      .catch((error: unknown) => listing.add(error))
      .finally(() => {
        isUnderWay = false;
      });
  };
};
