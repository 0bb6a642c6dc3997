import type { Browser, Page } from 'playwright-core';

export interface ConsolePage {
  page: Page;
  /** What the browser complained of, and which other hosts were asked; the tests expect none. */
  faults: string[];
}

export interface ConsolePageOptions {
  /** The address of ops. */
  server: string;
  /** Where to begin; default the overview. */
  path?: string;
  /** The token that the tab has already. */
  token?: string;
}

/** Opens a page of the console in a tab of its own; it is closed with the browser. */
export const openConsolePage = async (
  browser: Browser,
  { server, path = '/', token }: ConsolePageOptions,
): Promise<ConsolePage> => {
  const context = await browser.newContext({ timezoneId: 'Asia/Tokyo', locale: 'en-GB' });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    // refused calls and lost connections are what some tests are about
    const isExpected = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isExpected) faults.push(message.text());
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && protocol !== 'blob:' && origin !== server)
      faults.push(`asked ${request.url()}`);
  });
  if (token !== undefined)
    await page.addInitScript((value) => {
      sessionStorage.setItem('inorder.token', value);
    }, token);
  await page.goto(server + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, faults };
};
