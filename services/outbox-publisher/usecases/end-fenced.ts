import type { Logger } from '#platform/base/logger.ts';
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
  let isUnderWay = false;
  const end = async (member: Member): Promise<void> => {
    const epoch = member.epoch.toString();
    try {
      await deps.fence(member);
      if (!(await deps.endListed(member))) return;
    } catch (error) {
      logger.warn(
        { err: error, epoch },
        'an expired publisher could not be fenced off; trying again',
      );
      return;
    }
    logger.info({ epoch }, 'fenced off and ended a publisher that is gone');
    deps.onEnded();
  };
  const endAll = async (): Promise<void> => {
    for (const member of await deps.listExpired()) await end(member);
  };
  return () => {
    if (isUnderWay) return;
    isUnderWay = true;
    endAll()
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'expired publishers could not be listed; trying again');
      })
      .finally(() => {
        isUnderWay = false;
      });
  };
};
