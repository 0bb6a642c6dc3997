import type { IncomingHttpHeaders } from 'node:http';

// A timer of Node runs 24 days and 20 hours at the most; of a longer one it makes a millisecond.
const longestMs = 2 ** 31 - 1;
const longestSeconds = Math.floor(longestMs / 1_000);
const secondsOf = { S: 1, M: 60, H: 3_600 };

/** Cuts what callers may ask for, in Connect's and gRPC-Web's words, to what a timer can run. */
export const cutTimeouts = (headers: IncomingHttpHeaders): void => {
  const { 'connect-timeout-ms': connect, 'grpc-timeout': grpc } = headers;
  if (typeof connect === 'string' && /^\d{10}$/.test(connect) && Number(connect) > longestMs)
    headers['connect-timeout-ms'] = String(longestMs);
  if (typeof grpc !== 'string') return;
  const [, count, unit] = /^(\d{1,8})([SMH])$/.exec(grpc) ?? [];
  if (Number(count) * secondsOf[unit as keyof typeof secondsOf] > longestSeconds)
    headers['grpc-timeout'] = `${longestSeconds}S`;
};
