import { cors } from '@connectrpc/connect';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendWhole } from './answer.ts';

// headers that our callers send in addition to those of Connect's and gRPC-Web's clients
const ownHeaders = [
  'Authorization',
  'Idempotency-Key',
  'Last-Event-ID',
  'Traceparent',
  'Correlation-Id',
];
const allowedHeaders = [...cors.allowedHeaders, ...ownHeaders].join(', ');
// most browsers forget it after two hours anyway
const preflightSeconds = '7200';

/** Returns true when it has answered the request, which was a preflight. */
export type Cors = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Lets pages of these origins (`https://shop.example`, or `*` for all) call every RPC from a browser. Without
 * origins it does nothing, and browsers block such calls. Cookies are never allowed.
 */
export const createCors = (origins: readonly string[]): Cors => {
  if (origins.length === 0) return () => false;
  const isAllowed = (origin: string) => origins.includes('*') || origins.includes(origin);
  return (request, response) => {
    // otherwise a cache would use the answer for one origin for another
    response.setHeader('vary', 'Origin');
    const { origin } = request.headers;
    if (origin === undefined || !isAllowed(origin)) return false;
    response.setHeader('access-control-allow-origin', origin);
    // All of them, which * means only where cookies are not allowed
    response.setHeader('access-control-expose-headers', '*');
    if (!isPreflight(request)) return false;
    const headers = {
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': preflightSeconds,
    };
    sendWhole(response, { status: 204, headers });
    return true;
  };
};

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
