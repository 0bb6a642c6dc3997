import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts';
import { durationMs } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';

/** How often a call is repeated. */
export const mostWaits = 5;
// A command that a person waits for does not sleep longer than this without saying why it failed.
const longestWaitMs = 30_000;

export interface Waiting {
  note: (text: string) => void;
  sleep: (ms: number) => Promise<void>;
}

/**
 * Repeats a call that the server has refused with a time to wait, after that time; at most five times. The
 * deadline of the call includes the waits.
 */
export const waitWhenTold =
  ({ note, sleep }: Waiting): Interceptor =>
  (next) =>
  async (request) => {
    for (let waits = 1; ; waits++) {
      try {
        return await next(request);
      } catch (error) {
        const waitMs = waits > mostWaits ? undefined : waitMsOf(error);
        if (waitMs === undefined) throw error;
        note(waitWords(waitMs, reasonOf(error)));
        await sleep(waitMs);
      }
    }
  };

/** Says that a call is repeated later, and why. */
export const waitWords = (waitMs: number, reason: string): string =>
  `The server is busy (${reason}); the call is repeated in ${(waitMs / 1_000).toFixed(1)} s.`;

const reasonOf = (error: unknown): string =>
  ConnectError.from(error).findDetails(ErrorInfoSchema)[0]?.reason ?? 'no reason given';

const waitMsOf = (error: unknown): number | undefined => {
  if (!(error instanceof ConnectError) || error.code !== Code.ResourceExhausted) return undefined;
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay ? shortEnough(durationMs(delay)) : retryAfterMs(error.metadata.get('retry-after'));
};

/** Reads the header Retry-After in seconds; undefined when it is absent, a date, or too long to wait for. */
export const retryAfterMs = (header: string | null | undefined): number | undefined =>
  header && /^\d{1,9}$/.test(header) ? shortEnough(Number(header) * 1_000) : undefined;

const shortEnough = (ms: number): number | undefined => (ms <= longestWaitMs ? ms : undefined);
