import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { sendWhole } from '../http/answer.ts';
import { pageHeaders, serveContent, type Content } from '../http/content.ts';
import { onlyGet, type HttpHandler } from '../http/routes.ts';
import type { Logger } from '../../base/logger.ts';

// Everything is loaded from this server only. Swagger UI sets style attributes from scripts, which needs no
// exception. Relative URLs, so that the page also works below a path of a proxy.
const html = (title: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`;

const startScript = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  tryItOutEnabled: true,
});
`;

// The relative paths above are relative to `/docs`.
const toPage = onlyGet((_request, response) =>
  sendWhole(response, { status: 308, headers: { location: '../docs' } }),
);

/**
 * The page for people and its assets, by path: Swagger UI from its package, and nothing from another host.
 */
export const createDocsPage = (title: string, logger: Logger): Map<string, HttpHandler> => {
  const find = createRequire(import.meta.url).resolve;
  const file = (name: string, type: string) => {
    const path = find(`swagger-ui-dist/${name}`);
    return async (): Promise<Content> => ({ contentType: type, bytes: await readFile(path) });
  };
  const text = (content: string, type: string) => (): Content => ({
    contentType: type,
    bytes: Buffer.from(content),
  });
  const javascript = 'text/javascript; charset=utf-8';
  const page = text(html(title), 'text/html; charset=utf-8');
  const bundle = file('swagger-ui-bundle.js', javascript);
  const stylesheet = file('swagger-ui.css', 'text/css; charset=utf-8');
  return new Map([
    ['/docs/', toPage],
    ['/docs', serveContent(page, { logger, headers: pageHeaders })],
    ['/docs/start.js', serveContent(text(startScript, javascript), { logger })],
    ['/docs/swagger-ui-bundle.js', serveContent(bundle, { logger })],
    ['/docs/swagger-ui.css', serveContent(stylesheet, { logger })],
  ]);
};
