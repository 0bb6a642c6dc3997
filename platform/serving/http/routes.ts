import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError, sendJson, sendWhole, type ErrorBody } from './answer.ts';
import type { Logger } from '../../base/logger.ts';
import type { Metrics } from '../../base/metrics.ts';
import { printMetrics } from '../../base/print-metrics.ts';
import type { Readiness } from '../../base/readiness.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void;

export interface PlatformRoutesOptions {
  readiness: Readiness;
  metrics: Metrics;
  logger: Logger;
}

/**
 * Creates `/healthz` (alive), `/readyz` (which check fails and why) and `/metrics` (for Prometheus; OpenMetrics for who
 * asks for it), by path.
 */
export const createPlatformRoutes = ({
  readiness,
  metrics,
  logger,
}: PlatformRoutesOptions): ReadonlyMap<string, HttpHandler> => {
  const answer = (response: ServerResponse, work: () => Promise<void>) => {
    work().catch((error: unknown) => {
      logger.error({ err: error }, 'a platform route failed');
      sendError(response, { code: 500, reason: 'internal', message: 'internal error' });
    });
  };
  const readyz: HttpHandler = (_request, response) =>
    answer(response, async () => {
      const report = await readiness.report();
      sendJson(response, report.ready ? 200 : 503, report);
    });
  const showMetrics: HttpHandler = ({ headers: { accept } }, response) =>
    answer(response, async () => {
      const { body, contentType } = await printMetrics(metrics.registry, accept);
      const headers = { 'content-type': contentType, vary: 'accept' };
      sendWhole(response, { status: 200, headers, body });
    });
  return new Map<string, HttpHandler>([
    ['/healthz', onlyGet((_request, response) => sendJson(response, 200, { status: 'ok' }))],
    ['/readyz', onlyGet(readyz)],
    ['/metrics', onlyGet(showMetrics)],
  ]);
};

/** Refuses all methods but GET and HEAD. */
export const onlyGet =
  (handle: HttpHandler): HttpHandler =>
  (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') handle(request, response);
    else refuseMethod(response, ['GET']);
  };

/** Answers 405 with the allowed methods; for OPTIONS, which asks for them, it is no refusal. */
export const refuseMethod = (
  response: ServerResponse,
  methods: readonly string[],
  shape = (body: ErrorBody) => body,
): void => {
  if (allowMethods(response, methods)) return;
  const message = `Use ${methods.join(' or ')} here.`;
  sendError(response, shape({ code: 405, reason: 'method-not-allowed', message }));
};

/** Sets the header with the allowed methods. Returns true when the request was OPTIONS, and answers it. */
export const allowMethods = (response: ServerResponse, methods: readonly string[]): boolean => {
  const allowed = methods.includes('GET')
    ? [...methods, 'HEAD', 'OPTIONS']
    : [...methods, 'OPTIONS'];
  response.setHeader('allow', allowed.join(', '));
  if (response.req.method !== 'OPTIONS') return false;
  sendWhole(response, { status: 204 });
  return true;
};
