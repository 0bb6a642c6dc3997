import type { IncomingHttpHeaders } from 'node:http';
import { InvalidRequest } from '../../proto/validation/invalid-request.ts';
import { longestTimerMs, timerMs } from '../../base/timer-ms.ts';

const longestSeconds = Math.floor(longestTimerMs / 1_000);
const secondsOf: Readonly<Record<string, number>> = { H: 3_600, M: 60, S: 1, m: 0, u: 0, n: 0 };

/** How a protocol states how long its caller waits. */
interface TimeoutHeader {
  readonly name: 'connect-timeout-ms' | 'grpc-timeout';
  /** Limits the value to what a timer can last; undefined when it is malformed. */
  readonly cut: (text: string) => string | undefined;
  readonly description: string;
}

export const connectTimeout: TimeoutHeader = {
  name: 'connect-timeout-ms',
  cut: (text) => {
    if (!/^\d{1,10}$/.test(text)) return undefined;
    return String(timerMs(Number(text)));
  },
  description: 'must be whole milliseconds in 1 to 10 digits, sent once, e.g. 5000',
};

export const grpcTimeout: TimeoutHeader = {
  name: 'grpc-timeout',
  cut: (text) => {
    const [, count, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(text) ?? [];
    if (count === undefined) return undefined;
    return Number(count) * (secondsOf[unit] ?? 0) > longestSeconds ? `${longestSeconds}S` : text;
  },
  description: 'must be 1 to 8 digits and a unit (H, M, S, m, u, n), sent once, e.g. 5S',
};

/** Limits the header to what a timer can last. Throws InvalidRequest when it is malformed. */
export const cutTimeout = ({ name, cut, description }: TimeoutHeader, text: string): string => {
  const result = cut(text);
  if (result === undefined) throw new InvalidRequest([{ field: name, description }]);
  return result;
};

/**
 * Limits the timeouts of callers, in Connect's and gRPC-Web's formats, to what a timer can last. Malformed
 * ones stay.
 */
export const cutTimeouts = (headers: IncomingHttpHeaders): void => {
  for (const { name, cut } of [connectTimeout, grpcTimeout]) {
    const text = headers[name];
    if (typeof text === 'string') headers[name] = cut(text) ?? text;
  }
};
