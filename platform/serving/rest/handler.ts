import type { DescMethod } from '@bufbuild/protobuf';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendAnswer, sendError, type ErrorBody } from '../http/answer.ts';
import type { HttpExchange } from '../http/body.ts';
import { refuseMethod, type HttpHandler } from '../http/routes.ts';
import type { Codec } from '../rpc/codec.ts';
import type { CallSource } from '../rpc/context.ts';
import type { RpcFault } from '../rpc/errors.ts';
import { unaryTimeoutMs, type RpcLimits } from '../rpc/limits.ts';
import { createOpenStreams, type OpenStreams } from '../rpc/open-streams.ts';
import type { RpcMethod, RpcService } from '../rpc/service.ts';
import { mountStream, type StreamCall } from '../rpc/stream.ts';
import { mountUnary } from '../rpc/unary.ts';
import type { RestRequest } from './binding.ts';
import { receiveBody } from './body.ts';
import { createEventCodec, createRestCodec } from './codec.ts';
import { createDownloadCodec, isDownload, sendDownload } from './download.ts';
import { sendEventStream } from './event-stream.ts';
import type { RestOptions } from './options.ts';
import { createRestRouter } from './router.ts';
import { restRulesOf, type RestRule } from './rules.ts';
import { shapeError, toErrorBody } from './status.ts';
import { createUpload, isLineUpload, type LineUpload } from './upload.ts';

export interface RestHandlerOptions {
  services: readonly RpcService[];
  limits: RpcLimits;
  rest: RestOptions;
  /** The RPCs whose paths read JSON Lines, too. */
  uploads?: ReadonlyMap<DescMethod, LineUpload> | undefined;
  fallback: HttpHandler;
}

export interface RestHandler {
  handle: HttpHandler;
  /** Ends the streams in progress, which would otherwise hold up a graceful stop. */
  stopStreams(): void;
}

type Serve = (asked: RestRequest, exchange: HttpExchange) => Promise<void>;

interface Route {
  rule: RestRule;
  serve: Serve;
  upload: ReturnType<typeof createUpload> | undefined;
}

/**
 * Serves every RPC that has a google.api.http annotation as plain HTTP: unary ones as JSON, server streams as
 * server-sent events or as a download.
 */
export const createRestHandler = (options: RestHandlerOptions): RestHandler => {
  const streams = createOpenStreams();
  const serveBy = (method: RpcMethod, rule: RestRule): Serve =>
    method.desc.methodKind === 'unary'
      ? serveUnary(method, rule, options)
      : serveStream(method, rule, { ...options, streams });
  const uploadTo = (method: RpcMethod) => {
    const upload = options.uploads?.get(method.desc);
    return upload && createUpload(method, { upload, streams, rest: options.rest });
  };
  const routes = options.services
    .flatMap(({ methods }) => methods)
    .flatMap((method) =>
      restRulesOf(method.desc, options.rest).map((rule): Route => ({
        rule,
        serve: serveBy(method, rule),
        upload: uploadTo(method),
      })),
    );
  const findRoute = createRestRouter(routes);

  const handle: HttpHandler = (request, response) => {
    const [path, search] = splitUrl(request.url ?? '');
    const match = findRoute(request.method ?? '', path);
    if (match.kind === 'unknown') options.fallback(request, response);
    else if (match.kind === 'wrong-verb')
      refuseMethod(response, match.allowed, (body) => shapeError(body, options.rest));
    else {
      const { route, captures } = match;
      const asked = { captures, query: new URLSearchParams(search), ...lastEventIdOf(request) };
      // Rejects only when the client has gone while it was sending, so there is nobody to answer.
      answer(route, asked, { request, response }).catch(() => response.destroy());
    }
  };
  const answer = async (route: Route, asked: Omit<RestRequest, 'body'>, exchange: HttpExchange) => {
    if (route.upload !== undefined && isLineUpload(exchange.request)) {
      await route.upload(sourceOf(exchange), exchange);
      return;
    }
    const readsLines = route.upload !== undefined;
    const body = await receiveBody(route.rule, exchange, { ...options, readsLines });
    if (body !== undefined) await route.serve({ ...asked, body }, exchange);
  };
  return {
    handle,
    stopStreams: () => streams.stop(),
  };
};

const splitUrl = (url: string): [path: string, search: string] => {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
};

const lastEventIdOf = ({ headers }: IncomingMessage): Pick<RestRequest, 'lastEventId'> => {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? { lastEventId: id } : {};
};

const serveUnary = (method: RpcMethod, rule: RestRule, options: RestHandlerOptions): Serve => {
  const start = mountUnary(method, createRestCodec(rule));
  const timeoutMs = unaryTimeoutMs(options.limits, undefined);
  return async (asked, exchange) => {
    const { response } = exchange;
    const running = start(asked, { ...sourceOf(exchange), timeoutMs });
    response.once('close', running.cancel);
    await running.answer.then(
      (json) => sendAnswer(response, rule.status, json),
      (fault: unknown) => sendError(response, toErrorBody(fault as RpcFault, options.rest)),
    );
  };
};

type StreamOptions = RestHandlerOptions & { streams: OpenStreams };

const serveStream = (method: RpcMethod, rule: RestRule, options: StreamOptions): Serve =>
  isDownload(rule)
    ? streamBy(method, { codec: createDownloadCodec(rule), send: sendDownload }, options)
    : streamBy(method, { codec: createEventCodec(rule), send: sendEventStream }, options);

/** How the answers of a stream are sent. */
interface StreamForm<Piece> {
  codec: Codec<RestRequest, Piece>;
  send: (
    stream: StreamCall<Piece>,
    response: ServerResponse,
    toErrorBody: (fault: RpcFault) => ErrorBody,
  ) => Promise<void>;
}

const streamBy = <Piece>(
  method: RpcMethod,
  { codec, send }: StreamForm<Piece>,
  { limits, streams, rest }: StreamOptions,
): Serve => {
  const start = mountStream(method, codec, limits);
  return async (asked, exchange) => {
    const { response } = exchange;
    const cut = () => void response.destroy();
    const stream = start(asked, { ...sourceOf(exchange), timeoutMs: Infinity, cut });
    streams.add(stream);
    await send(stream, response, (fault) => toErrorBody(fault, rest)).finally(() =>
      streams.delete(stream),
    );
  };
};

const sourceOf = ({ request, response }: HttpExchange): Omit<CallSource, 'timeoutMs'> => ({
  header: (name) => {
    const value = request.headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  },
  isRepeated: (name) => (request.headersDistinct[name]?.length ?? 0) > 1,
  setAnswerHeaders: (headers) => {
    if (!response.headersSent) response.setHeaders(headers);
  },
});
