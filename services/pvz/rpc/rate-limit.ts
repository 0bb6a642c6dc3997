import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#platform/base/errors.ts';
import type { Admit } from '#platform/serving/rpc/service.ts';

/** Admits so many calls of each RPC in a second, in this process; RATE_LIMITED says when to try again. 0: no limit. */
export const createRateLimit = (perSecond: number): Admit => {
  if (perSecond === 0) return () => Promise.resolve();
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return async ({ name }) => {
    try {
      await limiter.consume(name);
    } catch (fault) {
      throw fault instanceof RateLimiterRes ? rateLimited(perSecond, fault.msBeforeNext) : fault;
    }
  };
};

const rateLimited = (perSecond: number, retryAfterMs: number): AppError =>
  new AppError(
    'exhausted',
    'RATE_LIMITED',
    `No more than ${perSecond} calls of this RPC are answered in a second: try again in ${retryAfterMs} ms.`,
    { retryAfterMs },
  );
