import { serveContent } from '../http/content.ts';
import type { HttpHandler } from '../http/routes.ts';
import type { Logger } from '../../base/logger.ts';
import type { RpcService } from '../rpc/service.ts';
import { createDocsPage } from './docs-page.ts';
import { createOpenApiDocument, type DocumentOptions } from './document.ts';

export interface ApiRoutesOptions extends Omit<DocumentOptions, 'hasTokens'> {
  services: readonly RpcService[];
  logger: Logger;
}

/**
 * Creates `/openapi.json` and the page `/docs` that shows it; nothing for services without REST. The document
 * is made now, which makes the first calls quicker, because the validator keeps what it has compiled. Both
 * are public.
 */
export const createApiRoutes = ({
  logger,
  ...options
}: ApiRoutesOptions): ReadonlyMap<string, HttpHandler> => {
  const methods = options.services.flatMap((service) => service.methods);
  const hasTokens = methods.some(({ authorize }) => authorize !== undefined);
  const document = createOpenApiDocument({ ...options, hasTokens });
  if (document === undefined) return new Map();
  const bytes = Buffer.from(JSON.stringify(document));
  const content = { contentType: 'application/json; charset=utf-8', bytes };
  return createDocsPage(`${document.info.title} API`, logger).set(
    '/openapi.json',
    serveContent(() => content, { logger }),
  );
};
