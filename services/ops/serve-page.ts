import type { Logger } from '#platform/base/logger.ts';
import { pageHeaders, serveContent } from '#platform/serving/http/content.ts';
import type { HttpHandler } from '#platform/serving/http/routes.ts';
import { build, stop } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { isAddress } from './page/addresses.ts';

const contentTypes = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

interface Asset {
  /** `/assets/<hash of the content>.js` or `.css`. */
  path: string;
  contentType: string;
  bytes: Buffer;
}

/** Bundles the page from its sources, in memory: what is served is always what the sources say. */
export const bundlePage = async (): Promise<Asset[]> => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/main.tsx', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    outdir: '/',
    entryNames: 'assets/[hash]',
    // not the project's, which an image of the service does not hold
    tsconfigRaw: {
      compilerOptions: { jsx: 'react-jsx', jsxImportSource: 'preact', verbatimModuleSyntax: true },
    },
  });
  // otherwise its process would live as long as ours
  await stop();
  return outputFiles.map(({ path, contents }) => ({
    path,
    contentType: path.endsWith('.js') ? contentTypes['.js'] : contentTypes['.css'],
    bytes: Buffer.from(contents),
  }));
};

const icon =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><g fill='%230a5cb8'><rect x='1' y='2' width='6' height='3' rx='1'/><rect x='4' y='6.5' width='7' height='3' rx='1'/><rect x='8' y='11' width='7' height='3' rx='1'/></g></svg>";

export interface PageOptions {
  logger: Logger;
  /** The address of a trace, with `{trace_id}` in it; without it the page has no links to traces. */
  traceUrl: string | undefined;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

const html = (assets: readonly Asset[], traceUrl = ''): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="trace-url" content="${escaped(traceUrl)}" />
    <title>inorder</title>
    <link rel="icon" href="data:image/svg+xml,${icon}" />
${assets.map(({ path }) => (path.endsWith('.css') ? `    <link rel="stylesheet" href="${path}" />\n` : `    <script type="module" src="${path}"></script>\n`)).join('')}  </head>
  <body>
    <noscript>The console of inorder needs JavaScript. ./inorder shows the same in a terminal.</noscript>
  </body>
</html>
`;

/** Serves the page: itself at each of its addresses, and its script and style, which clients keep for ever. */
export const servePage = async ({
  logger,
  traceUrl,
}: PageOptions): Promise<(path: string) => HttpHandler | undefined> => {
  const assets = await bundlePage();
  const handlers = new Map(
    assets.map((asset) => [
      asset.path,
      serveContent(() => asset, { logger, isImmutable: true, isCompressed: true, isEager: true }),
    ]),
  );
  const index = {
    contentType: 'text/html; charset=utf-8',
    bytes: Buffer.from(html(assets, traceUrl)),
  };
  const page = serveContent(() => index, {
    logger,
    headers: pageHeaders,
    isCompressed: true,
    isEager: true,
  });
  return (path) => handlers.get(path) ?? (isAddress(path) ? page : undefined);
};
