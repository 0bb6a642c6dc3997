import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { awaitsContinue, discardBody, hasBody, lengthOf } from './body.ts';

/** The body of every refusal outside Connect's own protocols. */
export interface ErrorBody {
  /** The HTTP status, repeated for clients that keep only the body. */
  code: number;
  message: string;
  reason: string;
  field_violations?: readonly { field: string; description: string }[];
  metadata?: Readonly<Record<string, string>>;
  /** What is sent instead, where the contract of a service has another shape. */
  json?: object;
  /** HTTP headers that go with it; no part of the body. */
  headers?: Readonly<Record<string, string>>;
}

/** An answer that is completely known when it begins. */
export interface WholeAnswer {
  status: number;
  /** In addition to those that the response has already. */
  headers?: OutgoingHttpHeaders;
  /** Default: none. */
  body?: string | Uint8Array;
}

// Limits for reading and discarding an unneeded body: within them, the client keeps its connection.
const readAway = { maxBytes: 1_048_576, maxMs: 1_000 };
// A connection closed with unread bytes is reset, and the client may see that instead of the answer.
export const linger = { maxBytes: 16_777_216, maxMs: 2_000 };

/**
 * Ends a response. Does nothing when the client has gone or the answer has begun. Before answering a request
 * whose body is unread, a limited amount of it is read and discarded; when there is more, the answer ends the
 * connection.
 */
export const sendWhole = (response: ServerResponse, answer: WholeAnswer): void => {
  if (response.destroyed || response.headersSent) return;
  if (response.req.complete || !hasBody(response.req)) begin(response, answer).end(answer.body);
  else void sendEarly(response, answer);
};

const begin = (
  response: ServerResponse,
  { status, headers, body = '' }: WholeAnswer,
): ServerResponse => {
  const hasLength = status !== 204 && status !== 304;
  return response.writeHead(status, {
    ...(hasLength && { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  });
};

const sendEarly = async (response: ServerResponse, answer: WholeAnswer): Promise<void> => {
  const { req: request } = response;
  const mayGoOn =
    response.getHeader('connection') !== 'close' &&
    lengthOf(request) <= readAway.maxBytes &&
    !awaitsContinue(request);
  const isReceived = mayGoOn && (await discardBody(request, readAway));
  if (response.destroyed || response.headersSent) return;
  if (!isReceived) response.setHeader('connection', 'close');
  // Its length is stated, so the client has all of it before the connection ends.
  begin(response, answer).flushHeaders();
  if (answer.body !== undefined) response.write(answer.body);
  if (!isReceived) await discardBody(request, linger);
  response.end();
};

/** Ends a response with JSON. */
export const sendJson = (response: ServerResponse, status: number, json: string | object): void =>
  sendWhole(response, {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: typeof json === 'string' ? json : JSON.stringify(json),
  });

/** Ends a response with this status; without a body where the status allows none. */
export const sendAnswer = (response: ServerResponse, status: number, json: string): void => {
  if (status !== 204) sendJson(response, status, json);
  else sendWhole(response, { status, headers: { 'cache-control': 'no-store' } });
};

/** What a client gets to read of a refusal. */
export const errorJson = ({ json, ...body }: ErrorBody): object =>
  json ?? { ...body, headers: undefined };

export const sendError = (response: ServerResponse, body: ErrorBody): void => {
  // a 401 must say which authentication is expected
  if (body.code === 401 && !response.headersSent) response.setHeader('www-authenticate', 'Bearer');
  if (!response.headersSent) response.setHeaders(new Map(Object.entries(body.headers ?? {})));
  sendJson(response, body.code, errorJson(body));
};

/** Sends a piece of a longer answer; resolves when the system has accepted it, or the client has gone. */
export const sendPiece = (response: ServerResponse, piece: string | Uint8Array): Promise<void> =>
  new Promise((resolve) => {
    if (response.destroyed || response.writableEnded) {
      resolve();
      return;
    }
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    response.write(piece, done);
  });
