import { serveContent } from '../http-content.ts';
import type { HttpHandler } from '../http-routes.ts';
import type { Logger } from '../logger.ts';
import { createDocsPage } from './docs-page.ts';
import { createOpenApiDocument, type DocumentOptions } from './document.ts';

/**
 * `/openapi.json`, made now, and the page `/docs` that shows it; nothing for services without REST. The first
 * calls are quicker for it: what it needs to know of requests, the validator keeps.
 */
export const createApiRoutes = (
  options: DocumentOptions,
  logger: Logger,
): ReadonlyMap<string, HttpHandler> => {
  const document = createOpenApiDocument(options);
  if (document === undefined) return new Map();
  const bytes = Buffer.from(JSON.stringify(document));
  const content = { contentType: 'application/json; charset=utf-8', bytes };
  return createDocsPage(`${document.info.title} API`, logger).set(
    '/openapi.json',
    serveContent(() => content, { logger }),
  );
};
