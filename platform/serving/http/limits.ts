import * as http from 'node:http';
import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { sendError } from './answer.ts';
import { awaitsContinue } from './body.ts';
import { inTurn } from './in-turn.ts';
import type { HttpHandler } from './routes.ts';
import { limitBody } from './slow-body.ts';
import { defaultRpcLimits } from '../rpc/limits.ts';
import { minTlsVersion, type ServerTls } from '../../base/tls.ts';

/** What a connection to the HTTP server may cost. docs/limits.md says what a client sees of each limit. */
export interface HttpLimits {
  /** The request line and all headers together; leaves room for tokens and the headers of a few proxies. */
  maxHeaderBytes: number;
  /** For one request; without it the parser would drop excess headers, possibly a token. */
  maxHeaders: number;
  /** From the first byte of a request to the end of its headers. */
  headersTimeoutMs: number;
  /** From the first byte of a request to its last. */
  requestTimeoutMs: number;
  /** The same for uploads of JSON Lines (rest/upload.ts); absent: as for others. */
  uploadTimeoutMs?: number;
  /** How often these two are checked. */
  checkIntervalMs: number;
  /** For an answer of which the client reads nothing. */
  stallTimeoutMs: number;
  /** Longer than the idle time of common load balancers (60 s), so that they close first. */
  keepAliveTimeoutMs: number;
  /** Each connection costs a file descriptor and about 20 KB. Excess ones are closed at once. */
  maxConnections: number;
}

export const defaultHttpLimits: HttpLimits = {
  maxHeaderBytes: defaultRpcLimits.maxHeaderBytes,
  maxHeaders: defaultRpcLimits.maxHeaders,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  checkIntervalMs: 5_000,
  stallTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 10_000,
};

const tcpKeepAliveMs = 30_000;

export type LimitedServer = http.Server | https.Server;

/**
 * Creates an HTTP/1 server with these limits, which does not listen yet. Node itself answers 400, 408 and
 * 431.
 */
export const createLimitedServer = (
  handle: HttpHandler,
  limits: HttpLimits,
  tls?: ServerTls,
): LimitedServer => {
  const guarded = inTurn((request, response) => {
    response.on('timeout', cutStalled);
    // names and values alternate in it
    if (request.rawHeaders.length > 2 * limits.maxHeaders) refuseHeaders(response, limits);
    else if (!isReadable(request)) refuseTransferCoding(response);
    else if (expectsWonders(request)) refuseExpectation(response);
    else {
      if (limits.uploadTimeoutMs !== undefined) limitBody(request, limits.requestTimeoutMs);
      handle(request, response);
    }
  });
  const options: ServerOptions = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.uploadTimeoutMs ?? limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // Detects a client whose machine is gone: otherwise its streams would stay.
    keepAlive: true,
    keepAliveInitialDelay: tcpKeepAliveMs,
  };
  const server = tls
    ? https.createServer({ ...options, ...secureOptions(tls, limits) }, guarded)
    : http.createServer(options, guarded);
  // Whoever reads the body tells the client to send it; a refusal does not need it.
  server.on('checkContinue', guarded);
  server.on('checkExpectation', guarded);
  server.on('connect', refuseTunnel);
  server.maxHeadersCount = limits.maxHeaders + 1;
  server.maxConnections = limits.maxConnections;
  server.timeout = limits.stallTimeoutMs;
  return server;
};

const secureOptions = (
  { cert, key, clientCa }: ServerTls,
  { headersTimeoutMs }: HttpLimits,
): https.ServerOptions => ({
  cert,
  key,
  minVersion: minTlsVersion,
  handshakeTimeout: headersTimeoutMs,
  ...(clientCa && { ca: clientCa, requestCert: true, rejectUnauthorized: true }),
});

/** Nothing was transferred for so long: a stream may simply be idle, but then nothing waits to be sent. */
const cutStalled = (socket: Socket): void => {
  if (socket.writableLength > 0) socket.destroy();
};

/** Node decodes chunked bodies, but no other transfer coding. */
const isReadable = ({ headers }: IncomingMessage): boolean => {
  const coding = headers['transfer-encoding'];
  return coding === undefined || coding.trim().toLowerCase() === 'chunked';
};

const refuseTransferCoding = (response: ServerResponse): void => {
  response.setHeader('connection', 'close');
  const message = 'The only transfer-encoding that is read is chunked.';
  sendError(response, { code: 501, reason: 'unsupported-transfer-coding', message });
};

const expectsWonders = (request: IncomingMessage): boolean =>
  request.headers.expect !== undefined && request.httpVersion === '1.1' && !awaitsContinue(request);

const refuseExpectation = (response: ServerResponse): void => {
  const message = 'The only expectation that is met is 100-continue.';
  sendError(response, { code: 417, reason: 'unmet-expectation', message });
};

/** Node has no response for CONNECT, and closes the connection silently. */
const refuseTunnel = (_request: IncomingMessage, socket: Duplex): void => {
  const message = 'CONNECT is not served: this is no proxy.';
  const body = JSON.stringify({ code: 501, message, reason: 'no-proxy' });
  const head = [
    'HTTP/1.1 501 Not Implemented',
    'content-type: application/json; charset=utf-8',
    `content-length: ${body.length}`,
    'connection: close',
  ];
  socket.on('error', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
};

const refuseHeaders = (response: ServerResponse, { maxHeaders }: HttpLimits): void => {
  response.setHeader('connection', 'close');
  const message = `The request has more than ${maxHeaders} headers.`;
  sendError(response, { code: 431, reason: 'too-many-headers', message });
};
