import { sendError } from './answer.ts';
import type { HttpHandler } from './routes.ts';
import { isHost, normalizeTarget } from './target.ts';

/**
 * Refuses requests whose target is invalid or that have two hosts; for the others, the target becomes their
 * path.
 */
export const requireTarget =
  (handle: HttpHandler): HttpHandler =>
  (request, response) => {
    const isAmbiguous = countHosts(request.rawHeaders) > 1;
    const message = isAmbiguous ? 'There is more than one host header.' : normalizeTarget(request);
    const reason = isAmbiguous ? 'bad-host' : 'bad-target';
    if (message === undefined) handle(request, response);
    else sendError(response, { code: 400, reason, message });
  };

/**
 * Refuses requests whose host header is missing or invalid, because Connect makes a URL of it, and throws.
 */
export const requireHost =
  (handle: HttpHandler): HttpHandler =>
  (request, response) => {
    if (isHost(request.headers.host ?? '')) handle(request, response);
    else
      sendError(response, { code: 400, reason: 'bad-host', message: 'The host header is wrong.' });
  };

// names and values alternate in it
const countHosts = (rawHeaders: readonly string[]): number =>
  rawHeaders.filter((name, at) => at % 2 === 0 && name.length === 4 && /^host$/i.test(name)).length;
