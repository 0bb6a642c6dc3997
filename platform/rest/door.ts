import type { Message } from '@bufbuild/protobuf';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError, sendJson, type ErrorBody } from '../http-answer.ts';
import { readBody } from '../http-body.ts';
import { refuseMethod, type HttpHandler } from '../http-routes.ts';
import { encodeFieldJson, encodeJson } from '../proto-json/encode.ts';
import type { Codec } from '../rpc/codec.ts';
import type { CallSource } from '../rpc/context.ts';
import type { RpcFault } from '../rpc/errors.ts';
import { unaryTimeoutMs, type RpcLimits } from '../rpc/limits.ts';
import type { RpcService } from '../rpc/service.ts';
import { mountUnary, type UnaryCall } from '../rpc/unary.ts';
import { bindRequest, type RestRequest } from './binding.ts';
import { createRestRouter } from './router.ts';
import { restRulesOf, type RestRule } from './rules.ts';
import { toErrorBody } from './status.ts';

export interface RestDoorOptions {
  services: readonly RpcService[];
  limits: RpcLimits;
  preconditionStatus: 412 | 400;
  fallback: HttpHandler;
}

interface Route {
  rule: RestRule;
  start: (request: RestRequest, source: CallSource) => UnaryCall<string>;
}

/** Serves every RPC that has a google.api.http annotation as plain HTTP and JSON. */
export const createRestDoor = (options: RestDoorOptions): HttpHandler => {
  const routes = options.services
    .flatMap(({ methods }) => methods)
    .flatMap((method) =>
      restRulesOf(method.desc).map((rule): Route => ({
        rule,
        start: mountUnary(method, createCodec(rule)),
      })),
    );
  const findRoute = createRestRouter(routes);

  return (request, response) => {
    const [path, search] = splitUrl(request.url ?? '');
    const match = findRoute(request.method ?? '', path);
    if (match.kind === 'unknown') options.fallback(request, response);
    else if (match.kind === 'wrong-verb') refuseMethod(response, match.allowed);
    else {
      const { route, captures } = match;
      const query = new URLSearchParams(search);
      const call = { route, captures, query, request, response };
      // Rejects only when the client went away while it was sending: nobody to answer.
      answer(call, options).catch(() => response.destroy());
    }
  };
};

const splitUrl = (url: string): [path: string, search: string] => {
  const at = url.indexOf('?');
  return at < 0 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
};

const createCodec = (rule: RestRule): Codec<RestRequest, string> => {
  const { output } = rule.method;
  const { responseBody } = rule;
  return {
    door: 'rest',
    decode: (request) => bindRequest(rule, request),
    encode: (message: Message) =>
      JSON.stringify(
        responseBody === undefined
          ? encodeJson(output, message, { emitDefaults: true })
          : encodeFieldJson(output, message, responseBody),
      ),
  };
};

interface RestCall {
  route: Route;
  captures: readonly string[];
  query: URLSearchParams;
  request: IncomingMessage;
  response: ServerResponse;
}

const answer = async (call: RestCall, options: RestDoorOptions): Promise<void> => {
  const { route, captures, query, request, response } = call;
  const body = await receive(call, options.limits);
  if (body === undefined) return;
  const running = route.start({ captures, query, body }, createSource(request, options.limits));
  response.once('close', running.cancel);
  await running.answer.then(
    (json) => sendJson(response, 200, json),
    (fault: unknown) =>
      sendError(response, toErrorBody(fault as RpcFault, options.preconditionStatus)),
  );
};

/** The body, or undefined when the request was refused for it. */
const receive = async (
  { route, request, response }: RestCall,
  { maxMessageBytes }: RpcLimits,
): Promise<Buffer | undefined> => {
  if (route.rule.body === undefined) {
    request.resume();
    return Buffer.alloc(0);
  }
  if (hasBody(request) && !isPlainJson(request)) {
    const message = 'Send the body as content-type: application/json, without content-encoding.';
    refuseBody(response, { code: 415, reason: 'unsupported-media-type', message });
    return undefined;
  }
  const body = await readBody(request, maxMessageBytes);
  if (body === undefined) {
    const message = `The body is larger than ${maxMessageBytes} bytes.`;
    refuseBody(response, { code: 413, reason: 'body-too-large', message });
  }
  return body;
};

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const isPlainJson = ({ headers }: IncomingMessage): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '') &&
  (headers['content-encoding'] ?? 'identity') === 'identity';

/** The rest of the body will not be read, so the connection cannot be used again. */
const refuseBody = (response: ServerResponse, body: ErrorBody): void => {
  response.setHeader('connection', 'close');
  sendError(response, body);
};

const createSource = ({ headers }: IncomingMessage, limits: RpcLimits): CallSource => ({
  header: (name) => {
    const value = headers[name];
    return typeof value === 'object' ? value.join(', ') : value;
  },
  timeoutMs: unaryTimeoutMs(limits, undefined),
});
