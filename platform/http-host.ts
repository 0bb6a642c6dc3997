import { sendError } from './http-answer.ts';
import type { HttpHandler } from './http-routes.ts';

/** Refuses requests whose host header is missing or names no host: Connect makes an address of it, and throws. */
export const requireHost =
  (handle: HttpHandler): HttpHandler =>
  (request, response) => {
    if (URL.canParse(`http://${request.headers.host ?? ''}`)) handle(request, response);
    else
      sendError(response, { code: 400, reason: 'bad-host', message: 'The host header is wrong.' });
  };
