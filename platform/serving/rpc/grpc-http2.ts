import type { Server } from '@grpc/grpc-js';
import type { Http2Server, ServerHttp2Stream, ServerOptions } from 'node:http2';

interface ServerInside {
  commonServerOptions?: ServerOptions;
  createHttp2Server?: (credentials: unknown) => Http2Server;
}

/**
 * Adds options to the HTTP/2 servers that grpc-js opens, and prepares each one before it listens. The library
 * has no API for either: this uses its private parts, and throws when they are not there.
 */
export const tuneHttp2 = (
  server: Server,
  options: ServerOptions,
  prepare: (http2Server: Http2Server) => void,
): void => {
  const inside = server as unknown as ServerInside;
  const { commonServerOptions, createHttp2Server } = inside;
  if (commonServerOptions === undefined || createHttp2Server === undefined)
    throw new Error('this version of grpc-js opens its HTTP/2 servers in another way');
  const settings = { ...commonServerOptions.settings, ...options.settings };
  inside.commonServerOptions = { ...commonServerOptions, ...options, settings };
  inside.createHttp2Server = (credentials) => {
    const http2Server = createHttp2Server.call(server, credentials);
    prepare(http2Server);
    return http2Server;
  };
};

interface CallInside {
  nextCall?: CallInside;
  stream?: ServerHttp2Stream;
}

/** The HTTP/2 stream of a grpc-js call, which the library keeps private. */
export const http2StreamOf = (call: object): ServerHttp2Stream | undefined => {
  let inside: CallInside | undefined = (call as { call?: CallInside }).call;
  while (inside?.nextCall !== undefined) inside = inside.nextCall;
  return inside?.stream;
};
