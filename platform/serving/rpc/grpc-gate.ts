import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { AppError } from '../../base/errors.ts';
import { toFault } from './errors.ts';
import { readHeaders, type HeaderReading, type OddHeaders } from './grpc-headers.ts';
import { http2StreamOf } from './grpc-http2.ts';
import { toGrpcStatus } from './grpc-status.ts';
import type { RpcLimits } from './limits.ts';
import type { RpcMethod, RpcService } from './service.ts';
import { cutTimeout, grpcTimeout } from './timeout-header.ts';

type Arrival = [
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  flags: number,
  rawHeaders: string[],
];

/**
 * Sits in front of grpc-js at an HTTP/2 server and reads the headers of each call first: what the library
 * would drop or misread is corrected, kept for `oddHeadersOf`, or refused by name on that stream alone.
 */
export const guardCalls = (
  http2Server: Http2Server,
  services: readonly RpcService[],
  limits: RpcLimits,
): void => {
  const [serve, ...others] = http2Server.listeners('stream') as ((...arrival: Arrival) => void)[];
  if (serve === undefined || others.length > 0)
    throw new Error('this version of grpc-js serves its HTTP/2 streams in another way');
  const methods = methodsByPath(services);
  http2Server.removeAllListeners('stream');
  const guarded = (...arrival: Arrival): void => {
    const [stream, headers, , rawHeaders] = arrival;
    const startedAtMs = performance.now();
    const reading = readHeaders(headers, rawHeaders);
    try {
      checkSize(reading, limits);
      mendTimeout(headers, reading.odd);
    } catch (error) {
      refuse(stream, { error, startedAtMs, method: methods.get(headers[':path'] ?? '') });
      return;
    }
    if (reading.odd !== undefined) oddHeaders.set(stream, reading.odd);
    serve(...arrival);
  };
  http2Server.on('stream', guarded as (...args: unknown[]) => void);
};

const oddHeaders = new WeakMap<ServerHttp2Stream, OddHeaders>();

/** Returns the odd headers of a grpc-js call that came through the gate. Undefined for nearly all calls. */
export const oddHeadersOf = (call: object): OddHeaders | undefined => {
  const stream = http2StreamOf(call);
  return stream && oddHeaders.get(stream);
};

const methodsByPath = (services: readonly RpcService[]): ReadonlyMap<string, RpcMethod> =>
  new Map(
    services.flatMap(({ desc, methods }) =>
      methods.map((method) => [`/${desc.typeName}/${method.desc.name}`, method] as const),
    ),
  );

const checkSize = ({ count, bytes }: HeaderReading, limits: RpcLimits): void => {
  const { maxHeaders, maxHeaderBytes } = limits;
  if (count > maxHeaders) throw tooMuch(`more than ${maxHeaders} headers`, 'too-many-headers');
  if (bytes > maxHeaderBytes)
    throw tooMuch(`more than ${maxHeaderBytes} bytes of headers`, 'headers-too-large');
};

const tooMuch = (what: string, reason: string): AppError =>
  new AppError('exhausted', reason, `The request has ${what}.`);

const mendTimeout = (headers: IncomingHttpHeaders, odd: OddHeaders | undefined): void => {
  const { name } = grpcTimeout;
  const text = odd?.unprintable.get(name) ?? headers[name];
  if (typeof text === 'string') headers[name] = cutTimeout(grpcTimeout, text);
};

interface Refusal {
  error: unknown;
  startedAtMs: number;
  method: RpcMethod | undefined;
}

const refuse = (stream: ServerHttp2Stream, { error, startedAtMs, method }: Refusal): void => {
  const fault = toFault(error, method?.domain ?? 'inorder');
  method?.report('grpc')({ startedAtMs, fault });
  const { code, details, metadata } = toGrpcStatus(fault);
  // A client that goes away meanwhile does not need the answer.
  stream.on('error', () => undefined);
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc+proto',
      'grpc-status': String(code),
      'grpc-message': encodeURI(details),
      ...metadata.toHttp2Headers(),
    },
    { endStream: true },
  );
};
