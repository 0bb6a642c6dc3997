import { PvzService } from '#gen/pvz/v1/pvz_pb.ts';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#platform/base/errors.ts';
import type { Implementation } from '#platform/serving/rpc/implementation.ts';
import type { LineUpload } from '#platform/serving/rest/upload.ts';

/** Counts a call of an RPC; rejects with RATE_LIMITED, and when to try again, beyond the limit. */
export type CountCall = (rpc: string) => Promise<void>;

/** Limits the calls of each RPC in a second, in this process; 0: no limit. */
export const createRateLimit = (perSecond: number): CountCall => {
  if (perSecond === 0) return () => Promise.resolve();
  const limiter = new RateLimiterMemory({ points: perSecond, duration: 1 });
  return async (rpc) => {
    try {
      await limiter.consume(rpc);
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

/** Counts each call before it is carried out. */
export const limitRate = (
  implementation: Implementation<typeof PvzService>,
  countCall: CountCall,
): Implementation<typeof PvzService> => {
  type Rpc = (request: unknown, context: unknown) => Promise<unknown>;
  const limited = PvzService.methods.map(({ localName }) => {
    const rpc = implementation[localName as keyof typeof implementation] as Rpc;
    const counted: Rpc = async (request, context) => {
      await countCall(localName);
      return rpc(request, context);
    };
    return [localName, counted] as const;
  });
  return Object.fromEntries(limited) as unknown as Implementation<typeof PvzService>;
};

/** Counts an upload as one call of its RPC. */
export const limitUpload = (upload: LineUpload, countCall: CountCall): LineUpload =>
  async function* (lines, call) {
    await countCall(PvzService.method.importOrders.localName);
    yield* upload(lines, call);
  };
