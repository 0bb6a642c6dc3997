// `make pictures`: takes the pictures of README from the running system.
import { mkdir, stat } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { loadSettings, portOf } from '../deploy/local/settings.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { demonstrateLoms } from './demo/loms.ts';
import { findRunningSystem, isUp, type RunningSystem } from './demo/running-system.ts';

const folder = 'docs/pictures';
// README shows them on pages that people load over slow lines
const mostBytes = 200 * 1_024;

/** Books a flight on the page, asks for a refund, and waits until payment and ticket have undone their steps. */
const showBooking = async (page: Page): Promise<void> => {
  await page.goto('/new?kind=booking');
  await page.getByRole('button', { name: 'Show the price' }).click();
  await page.getByRole('button', { name: /^Book for/ }).click();
  await page.locator('[data-step="issue-ticket"][data-state="DONE"]').waitFor();
  await page.getByRole('button', { name: 'Ask for a refund' }).click();
  for (const step of ['undo-authorize-payment', 'undo-issue-ticket'])
    await page.locator(`[data-step="${step}"][data-state="DONE"]`).waitFor();
  await page.locator('table tbody tr').nth(5).getByText('HANDLED').first().waitFor();
  await page.getByText('REFUNDED', { exact: true }).waitFor();
};

/** Shows the overview while orders are placed. */
const showOverview = async (page: Page, up: RunningSystem): Promise<void> => {
  await page.goto('/');
  await demonstrateLoms(up, { orders: 600, ordersPerSecond: 40 });
  await page.getByText('Everything flows').waitFor();
};

const takePictures = async (browser: Browser, up: RunningSystem, baseURL: string) => {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1_280, height: 860 },
    timezoneId: 'UTC',
  });
  const page = await context.newPage();
  await mkdir(folder, { recursive: true });
  const take = async (name: string) => {
    const path = `${folder}/${name}.png`;
    await page.screenshot({ path });
    const { size } = await stat(path);
    console.log(`${path}: ${Math.round(size / 1_024)} KiB`);
    if (size > mostBytes) throw new Error(`${path} is larger than ${mostBytes} bytes`);
  };
  await showOverview(page, up);
  await take('overview');
  await showBooking(page);
  await take('booking');
};

const settings = loadSettings(process.env);
const up = findRunningSystem(settings);
if (await isUp(up)) {
  const browser = await openBrowser();
  const ops = `http://127.0.0.1:${portOf(settings, 'OPS_HTTP_PORT')}`;
  await takePictures(browser, up, ops).finally(() => browser.close());
} else {
  process.exitCode = 1;
}
