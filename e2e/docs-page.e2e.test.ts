import type { Browser, Page } from 'playwright-core';
import { createTestDatabase } from '../testing/engines/database.ts';
import { startLoms, type RunningLoms } from '../testing/loms/start-loms.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';

// The documentation page in a real browser, served by a real loms.

let loms: RunningLoms;
let browser: Browser;
let page: Page;
const said: string[] = [];
const asked: string[] = [];

beforeAll(async () => {
  const database = await createTestDatabase();
  loms = await startLoms(database.urlFor('loms'));
  browser = await openBrowser();
  page = await browser.newPage();
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${loms.url}/docs`);
});

afterAll(async () => {
  await loms.stop();
  await browser.close();
});

const operation = (path: string) =>
  page.locator('.opblock').filter({ has: page.locator(`[data-path="${path}"]`) });

test('every RPC is listed with its path and what it does', async () => {
  await operation('/stock/info').waitFor();
  const listed = await page.locator('.opblock-summary').allInnerTexts();
  expect(listed.map((text) => text.split('\n').slice(0, 2).join(' '))).toEqual([
    'POST /order/create',
    'GET /order/info',
    'POST /order/pay',
    'POST /order/cancel',
    'GET /stock/info',
    'GET /order/watch',
  ]);
  expect(listed[2]).toContain('Takes the reserved pieces out of the stock');
});

test('a call from the page is answered', async () => {
  const stock = operation('/stock/info');
  await stock.locator('.opblock-summary-control').click();
  await stock.getByPlaceholder('sku').fill('1076963');
  await stock.getByRole('button', { name: 'Execute' }).click();
  const answer = stock.locator('.live-responses-table');
  await answer.waitFor();
  const text = await answer.innerText();
  expect(text).toMatch(/^Code\s+Details\s+200/);
  expect(text).toMatch(/"count": \d+/);
});

test('no other host is asked, and the browser has nothing to complain of', () => {
  expect(asked.length).toBeGreaterThan(4);
  expect(
    asked.filter((url) => !url.startsWith(`${loms.url}/`) && !url.startsWith('data:')),
  ).toEqual([]);
  expect(said).toEqual([]);
});
