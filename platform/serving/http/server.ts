import type { DescMethod } from '@bufbuild/protobuf';
import type { AddressInfo } from 'node:net';
import type { RunningServer } from '../grpc-server.ts';
import { sendError } from './answer.ts';
import { createCors } from './cors.ts';
import { requireHost, requireTarget } from './host.ts';
import {
  createLimitedServer,
  defaultHttpLimits,
  type HttpLimits,
  type LimitedServer,
} from './limits.ts';
import { createPlatformRoutes, refuseMethod, type HttpHandler } from './routes.ts';
import { explainListenError } from '../../base/listen-error.ts';
import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import type { Readiness } from '../../base/readiness.ts';
import type { ApiNotes } from '../openapi/notes.ts';
import { createApiRoutes } from '../openapi/routes.ts';
import { createRestHandler } from '../rest/handler.ts';
import type { RestOptions } from '../rest/options.ts';
import { shapeError } from '../rest/status.ts';
import type { LineUpload } from '../rest/upload.ts';
import { createConnectHandler } from '../rpc/connect-handler.ts';
import { defaultRpcLimits, type RpcLimits } from '../rpc/limits.ts';
import type { RpcService } from '../rpc/service.ts';
import { timerMs } from '../../base/timer-ms.ts';
import type { ServerTls } from '../../base/tls.ts';

export interface HttpServerOptions {
  host: string;
  /** 0 lets the system choose. */
  port: number;
  /** Absent for a process that only shows its health and metrics. */
  services?: readonly RpcService[];
  readiness: Readiness;
  metrics: Metrics;
  logger: Logger;
  limits?: Partial<RpcLimits & HttpLimits> | undefined;
  /** Default: plain text. */
  tls?: ServerTls | undefined;
  /** Whether Connect's JSON answers name fields whose value is the default, as REST's do. Default false. */
  emitDefaults?: boolean;
  /** What else is served, by path: pages, or calls that are passed on. */
  findRoute?: (path: string) => HttpHandler | undefined;
  /** How REST differs from its defaults. */
  rest?: RestOptions;
  /** The RPCs whose REST paths read JSON Lines, too. */
  uploads?: ReadonlyMap<DescMethod, LineUpload>;
  /** What `/openapi.json` says in addition to the contract. */
  apiNotes?: ApiNotes;
  /** Origins whose pages may call from a browser; `*` for all. Default none. */
  corsOrigins?: readonly string[] | undefined;
  /** How long calls in progress may take when the server closes; then they are cut. Default 5,000. */
  drainTimeoutMs?: number;
  /** The setting named in the error when the port is taken. Default HTTP_PORT. */
  portSetting?: string;
}

const idleSweepMs = 50;

const everyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Serves Connect, gRPC-Web and REST, `/openapi.json` and `/docs` for REST, and `/healthz`, `/readyz`,
 * `/metrics`, over HTTP/1.1.
 */
export const startHttpServer = async (options: HttpServerOptions): Promise<RunningServer> => {
  const { host, services = [], logger, drainTimeoutMs = 5_000 } = options;
  const limits = { ...defaultRpcLimits, ...defaultHttpLimits, ...options.limits };
  const { rest: restOptions = {}, apiNotes: notes, uploads, emitDefaults, findRoute } = options;
  const routes = new Map([
    ...createPlatformRoutes(options),
    ...createApiRoutes({ services, notes, uploads, rest: restOptions, logger }),
  ]);
  const rest = createRestHandler({
    services,
    limits,
    rest: restOptions,
    uploads,
    fallback: notFound(restOptions),
  });
  const connect = createConnectHandler({
    services,
    limits,
    emitDefaults,
    logger,
    fallback: rest.handle,
  });
  const answer = requireHost((request, response) => connect.handle(request, response));
  const answerPreflight = createCors(options.corsOrigins ?? []);
  const handle = requireTarget((request, response) => {
    if (answerPreflight(request, response)) return;
    if (!server.listening) response.setHeader('connection', 'close');
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (path === '*') refuseMethod(response, everyMethod);
    else (routes.get(path) ?? findRoute?.(path) ?? answer)(request, response);
  });
  const server = createLimitedServer(handle, limits, options.tls);
  const port = await listen(server, options);
  logger.info({ host, port, tls: options.tls !== undefined }, 'HTTP is open');
  let closing: Promise<void> | undefined;
  const close = () => {
    connect.stopStreams();
    rest.stopStreams();
    return drain(server, drainTimeoutMs);
  };
  return { port, close: () => (closing ??= close()) };
};

const notFound =
  (rest: RestOptions): HttpHandler =>
  (request, response) => {
    const message = `Nothing is served at ${request.method ?? ''} ${request.url ?? ''}. RPCs are at /<package>.<Service>/<Method>.`;
    sendError(response, shapeError({ code: 404, reason: 'no-such-path', message }, rest));
  };

const listen = (server: LimitedServer, options: HttpServerOptions): Promise<number> => {
  const { host, port, portSetting: setting = 'HTTP_PORT' } = options;
  return new Promise((resolve, reject) => {
    const refused = (error: Error) => reject(explainListenError(error, { host, port, setting }));
    server.once('error', refused);
    server.listen({ host, port }, () => {
      server.off('error', refused);
      resolve((server.address() as AddressInfo).port);
    });
  });
};

/**
 * Keep-alive connections are closed as they become idle; Node closes only those that are idle at the start.
 */
const drain = (server: LimitedServer, timeoutMs: number): Promise<void> =>
  new Promise((resolve) => {
    const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMs);
    const cut = setTimeout(() => server.closeAllConnections(), timerMs(timeoutMs));
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cut);
      resolve();
    });
  });
