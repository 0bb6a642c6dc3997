import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Response } from 'playwright-core';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';

// What all pages of the console have, in a real browser, served by a real ops.

let database: TestDatabase;
let browser: Browser;
let ops: RunningOps;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-tokens-'));
  database = await createTestDatabase();
  [ops, browser] = await Promise.all([
    startOps(database.urlFor('ops'), 'loms,order'),
    openBrowser(),
  ]);
});

afterAll(async () => {
  await Promise.all([ops.kill(), browser.close()]);
  await rm(folder, { recursive: true });
});

test('the first load is at most 80 KiB, from this host only, with a policy and for ever', async () => {
  const { page, faults } = await openConsolePage(browser, { server: ops.server });
  const loaded: Response[] = [];
  page.on('response', (response) => {
    // not the calls of ops, of which some never end
    const kind = response.request().resourceType();
    if (['document', 'script', 'stylesheet'].includes(kind)) loaded.push(response);
  });
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  const sizes = await Promise.all(loaded.map((response) => response.request().sizes()));
  expect(sizes).toHaveLength(3);
  const all = sizes.reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  expect(all).toBeLessThan(80 * 1_024);
  const assets = loaded.filter((response) => response.url().includes('/assets/'));
  expect(assets.map((response) => response.headers()['cache-control'])).toEqual(
    Array(2).fill('public, max-age=31536000, immutable'),
  );
  const index = await page.request.get(ops.server);
  expect(index.headers()).toMatchObject({
    'cache-control': 'no-cache',
    'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self';"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  expect(faults).toEqual([]);
});

test('an address without a page says so, and axe finds nothing there', async () => {
  const { page, faults } = await openConsolePage(browser, { server: ops.server });
  await page.evaluate(
    "history.pushState(null, '', '/nowhere'); dispatchEvent(new Event('popstate'))",
  );
  await page.getByText('No page has the address /nowhere.').waitFor();
  expect(await faultsOfLooks(page, 'nowhere')).toEqual([]);
  await page.keyboard.press('g');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.goBack();
  await page.getByText('No page has the address /nowhere.').waitFor();
  expect(faults).toEqual([]);
});

test('with tokens on, the reader is asked for one, and asked again when it is wrong', async () => {
  const token = 'the-token-of-anna';
  const file = join(folder, 'tokens.yaml');
  const sha256 = createHash('sha256').update(token).digest('hex');
  await writeFile(
    file,
    JSON.stringify({ tokens: [{ subject: 'anna', sha256, roles: ['ops:read'] }] }),
  );
  const secured = await startOps(database.urlFor('ops'), 'loms,order', { AUTH_TOKENS_FILE: file });
  try {
    const { page, faults } = await openConsolePage(browser, { server: secured.server });
    const dialog = page.getByRole('dialog', { name: 'A token is needed' });
    await dialog.getByLabel('Token').fill('wrong');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.getByText('The token is not known.').waitFor();
    expect(await faultsOfLooks(page, 'token')).toEqual([]);
    await dialog.getByLabel('Token').fill(token);
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('banner').getByText('anna').waitFor();
    expect(faults).toEqual([]);
  } finally {
    await secured.kill();
  }
});
