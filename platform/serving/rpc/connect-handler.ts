import type { DescMethod, Message } from '@bufbuild/protobuf';
import { createConnectRouter, type ConnectRouter, type HandlerContext } from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpExchange } from '../http/body.ts';
import type { Logger } from '../../base/logger.ts';
import type { Protocol } from './codec.ts';
import { createConnectCodec, unreadRequests, type UnreadRequest } from './connect-codec.ts';
import type { CallSource } from './context.ts';
import { acceptedCompressions } from './compression.ts';
import { admit, refuseConnect } from './connect-admission.ts';
import { toConnectError } from './connect-fault.ts';
import { createGate } from './connect-gate.ts';
import { answerStream, answerUnary, responseKey } from './connect-http.ts';
import type { RpcFault } from './errors.ts';
import { unaryTimeoutMs, type RpcLimits } from './limits.ts';
import { createOpenStreams, type OpenStreams } from './open-streams.ts';
import type { RpcMethod, RpcService } from './service.ts';
import { mountStream, type StreamCall } from './stream.ts';
import { cutTimeouts } from './timeout-header.ts';
import { mountUnary, type UnaryCall } from './unary.ts';

export interface ConnectHandlerOptions {
  services: readonly RpcService[];
  limits: RpcLimits;
  /** Whether JSON answers name fields whose value is the default, too. Default false. */
  emitDefaults?: boolean | undefined;
  logger: Logger;
  /** Handles requests whose path is not one of Connect or gRPC-Web. */
  fallback: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface ConnectHandler {
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends the streams in progress, which would otherwise hold up a graceful stop. */
  stopStreams(): void;
}

/**
 * Serves Connect and gRPC-Web over HTTP/1.1. gRPC itself has its own port, because it needs HTTP/2 trailers.
 */
export const createConnectHandler = ({
  services,
  limits,
  emitDefaults = false,
  logger,
  fallback,
}: ConnectHandlerOptions): ConnectHandler => {
  const streams = createOpenStreams();
  const routes = (router: ConnectRouter) => {
    for (const method of services.flatMap((service) => service.methods)) {
      if (method.desc.methodKind === 'unary')
        router.rpc(method.desc as UnaryDesc, unaryOf(method, limits));
      else router.rpc(method.desc as StreamDesc, streamOf(method, limits, streams));
    }
  };
  const router = createConnectRouter({
    grpc: false,
    requestGate: createGate(services, protocolOf),
    readMaxBytes: limits.maxMessageBytes,
    writeMaxBytes: limits.maxMessageBytes,
    acceptCompression: [...acceptedCompressions],
    binaryOptions: unreadRequests.binaryOptions,
    jsonOptions: { ...unreadRequests.jsonOptions, alwaysEmitImplicit: emitDefaults },
  });
  routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  const names = new Set(services.map(({ desc }) => desc.typeName));
  // Not connectNodeAdapter, which writes to the console when a client goes away too early.
  const handle: ConnectHandler['handle'] = (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const handler = handlers.get(path);
    const [, service = '', rpc = '', ...more] = path.split('/');
    if (handler !== undefined) answer({ request, response }, handler);
    else if (names.has(service) && more.length === 0)
      refuseConnect(response, 404, `${service} has no RPC ${rpc}.`);
    else fallback(request, response);
  };
  const answer = (exchange: HttpExchange, handler: UniversalHandler) => {
    const admission = admit(exchange, handler);
    if (admission === undefined) return;
    cutTimeouts(exchange.request.headers);
    const { maxMessageBytes } = limits;
    const call = { handler, maxMessageBytes, isText: admission === 'text' };
    const answered =
      handler.method.methodKind === 'unary'
        ? answerUnary(exchange, call)
        : answerStream(exchange, call);
    answered.catch((error: unknown) => {
      logger.debug({ err: error, path: handler.requestPath }, 'the answer could not be sent');
      exchange.response.destroy();
    });
  };
  return {
    handle,
    stopStreams: () => streams.stop(),
  };
};

type UnaryDesc = DescMethod & { methodKind: 'unary' };
type StreamDesc = DescMethod & { methodKind: 'server_streaming' };

const unaryOf = (method: RpcMethod, limits: RpcLimits) => {
  const open = (protocol: Protocol) => mountUnary(method, createConnectCodec(method, protocol));
  const start = { connect: open('connect'), 'grpc-web': open('grpc-web') };
  return async (request: Message, context: HandlerContext): Promise<Message> => {
    const timeoutMs = unaryTimeoutMs(limits, context.timeoutMs());
    const call = start[protocolOf(context)](unreadOf(request), sourceOf(context, timeoutMs));
    cancelWith(context.signal, call);
    return call.answer.catch(rethrow);
  };
};

const streamOf = (method: RpcMethod, limits: RpcLimits, streams: OpenStreams) => {
  const open = (protocol: Protocol) =>
    mountStream(method, createConnectCodec(method, protocol), limits);
  const start = { connect: open('connect'), 'grpc-web': open('grpc-web') };
  return async function* (request: Message, context: HandlerContext): AsyncGenerator<Message> {
    const call = start[protocolOf(context)](unreadOf(request), {
      ...sourceOf(context, context.timeoutMs() ?? Infinity),
      cut: () => context.values.get(responseKey)?.destroy(),
    });
    streams.add(call);
    cancelWith(context.signal, call);
    try {
      yield* call.answers;
    } catch (fault) {
      rethrow(fault);
    } finally {
      streams.delete(call);
    }
  };
};

const protocolOf = ({ protocolName }: HandlerContext): 'connect' | 'grpc-web' =>
  protocolName === 'grpc-web' ? 'grpc-web' : 'connect';

/**
 * The raw bytes of a request: with our patch Connect passes them on instead of a Message, which its types do
 * not show.
 */
const unreadOf = (request: Message | UnreadRequest): UnreadRequest => {
  if ('bytes' in request) return request;
  throw new Error('Connect runs without patches/@connectrpc+connect; run npx patch-package.');
};

const requestOf = (context: HandlerContext): IncomingMessage | undefined =>
  context.values.get(responseKey)?.req;

const sourceOf = (context: HandlerContext, timeoutMs: number): CallSource => ({
  header: (name) => context.requestHeader.get(name) ?? undefined,
  isRepeated: (name) => (requestOf(context)?.headersDistinct[name]?.length ?? 0) > 1,
  setAnswerHeaders: (headers) =>
    headers.forEach((value, name) => context.responseHeader.set(name, value)),
  timeoutMs,
});

const cancelWith = (signal: AbortSignal, call: UnaryCall<Message> | StreamCall<Message>): void => {
  signal.addEventListener('abort', () => call.cancel(), { once: true });
};

const rethrow = (error: unknown): never => {
  throw toConnectError(error as RpcFault);
};
