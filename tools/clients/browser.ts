import { build } from 'esbuild';
import { join } from 'node:path';
import { sources } from './tools.ts';
import { openBrowser } from '../../testing/browser/open-browser.ts';
import type { Addresses } from './client.ts';

/** Runs connect-web in Chromium. Its page is served from the service's own origin, so CORS_ORIGINS is not needed. */
export const checkBrowser = async (_folder: string, { loms }: Addresses): Promise<string> => {
  const bundle = await build({
    entryPoints: [join(sources, 'connect-web/page.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const script = bundle.outputFiles[0]?.text ?? '';
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const said: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'log') said.push(message.text());
    });
    page.on('pageerror', ({ message }) => said.push(`FAILED ${message}`));
    const body = `<!doctype html><script type="module">${script.replaceAll('</script', '<\\/script')}</script>`;
    await page.route(`${loms.http}/page`, (route) =>
      route.fulfill({ contentType: 'text/html', body }),
    );
    await page.goto(`${loms.http}/page`);
    const end = page.waitForFunction("document.title !== ''", null, { timeout: 60_000 });
    await end.catch(() => said.push('FAILED the page did not come to its end'));
    if (said.some((line) => line.startsWith('FAILED'))) throw new Error(said.join('\n'));
    return said.join('\n');
  } finally {
    await browser.close();
  }
};
