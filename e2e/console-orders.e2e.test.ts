import type { Browser, Page } from 'playwright-core';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { accessibilityFaults } from '../testing/browser/accessibility.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { startShops, type Shops } from '../testing/ops/start-shops.ts';

// Orders are placed and followed in a real browser, with the real services of all systems behind it.

let browser: Browser;
let shops: Shops;

beforeAll(async () => {
  [shops, browser] = await Promise.all([startShops(), openBrowser()]);
}, 240_000);
afterAll(async () => {
  await Promise.all([shops.close(), browser.close()]);
});

const open = async (path: string) => {
  const opened = await openConsolePage(browser, { server: shops.ops.server, path });
  opened.page.setDefaultTimeout(60_000);
  return opened;
};
const stepIs = (page: Page, id: string, state: string) =>
  page.locator(`[data-step="${id}"][data-state="${state}"]`).waitFor();
const place = async (kind: string, button: string) => {
  const { page, faults } = await open(`/new?kind=${kind}`);
  await page.getByRole('button', { name: button }).click();
  await page.waitForURL(/\/orders\//);
  return { page, faults };
};
const keyOf = (page: Page): string =>
  decodeURIComponent(new URL(page.url()).pathname.slice('/orders/'.length));

test('goods: what is wrong is said at its field, then the order is placed, paid and followed', async () => {
  const { page, faults } = await open('/new');
  await page.getByText(/\d+ pieces can be ordered/).waitFor();
  await page.getByLabel('Pieces').fill('0');
  await page.getByRole('button', { name: 'Order the goods' }).click();
  const pieces = page.getByLabel('Pieces');
  await page.locator('#field-count[aria-invalid="true"]').waitFor();
  expect(await faultsOfLooks(page, 'new-goods')).toEqual([]);
  await pieces.fill('2');
  await page.getByRole('button', { name: 'Order the goods' }).click();
  await stepIs(page, 'reserve-stock', 'DONE');
  await stepIs(page, 'pay', 'RUNNING');
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  await stepIs(page, 'pay', 'DONE');
  await page.getByText('sent to partition').nth(2).waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: /Contents of OrderStatusChanged 2/ }).click();
  await page.getByRole('dialog').getByText('awaiting payment').waitFor();
  expect(await faultsOfLooks(page, 'order-payload')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a ship: it is paid, built and announced, each step when it happens', async () => {
  const { page, faults } = await open('/new?kind=ship');
  await page.getByRole('option').first().waitFor({ state: 'attached' });
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.getByRole('button', { name: 'Order the ship' }).click();
  await stepIs(page, 'pay', 'RUNNING');
  await page.getByRole('button', { name: 'Pay by card' }).click();
  await stepIs(page, 'build', 'RUNNING');
  for (const id of ['commit-stock', 'tell-payment', 'build', 'assemble', 'tell-assembly'])
    await stepIs(page, id, 'DONE');
  expect(await faultsOfLooks(page, 'order-ship')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a booking: its price explains itself, and a refund is a lane of its own', async () => {
  const { page, faults } = await open('/new?kind=booking');
  await page.getByRole('button', { name: 'Show the price' }).click();
  await page.getByText(/^The price is/).waitFor();
  expect(await faultsOfLooks(page, 'new-booking')).toEqual([]);
  await page.getByRole('button', { name: /^Book for/ }).click();
  await stepIs(page, 'issue-ticket', 'DONE');
  await page.getByRole('button', { name: 'Ask for a refund' }).click();
  await stepIs(page, 'undo-authorize-payment', 'DONE');
  await stepIs(page, 'undo-issue-ticket', 'DONE');
  expect(await faultsOfLooks(page, 'order-booking')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a parcel: it is accepted', async () => {
  const { page, faults } = await place('parcel', 'Accept the parcel');
  await stepIs(page, 'accept', 'DONE');
  await stepIs(page, 'issue', 'RUNNING');
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a blocked order says why, is redriven from its page and followed until it is through', async () => {
  const { page, faults } = await place('goods', 'Order the goods');
  await page.getByText('sent to partition').nth(1).waitFor();
  const key = keyOf(page);
  const { system } = shops;
  await system.query(
    `UPDATE loms.outbox SET status = 'FAILED', sent_at = NULL, error = 'message-too-large', attempts = 5,
            partition = NULL, "offset" = NULL WHERE key = $1 AND sequence = 2`,
    [key],
  );
  await page.getByText(/is not sent: FAILED after 5 attempts: message-too-large/).waitFor();
  expect(await faultsOfLooks(page, 'order-blocked')).toEqual([]);
  await page.getByRole('button', { name: 'Redrive the failed events of loms' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Your name, kept with the operation').fill('anna');
  await dialog.getByText('1 failed event of order').waitFor();
  expect(await faultsOfLooks(page, 'order-redrive')).toEqual([]);
  await dialog.getByRole('button', { name: 'Redrive 1 event' }).click();
  await page.locator('.says.ok').getByText('Redrive 1 event').waitFor();
  await page.getByText(/is not sent: FAILED/).waitFor({ state: 'detached' });
  const operations = await system.query(
    `SELECT actor, operation, affected_rows FROM ops.operations WHERE NOT dry_run`,
  );
  expect(operations).toEqual([{ actor: 'anna', operation: 'redrive', affected_rows: 1 }]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('an event id in the search box leads to its order, and nothing to a hint', async () => {
  const { page, faults } = await open('/');
  const [row] = await shops.system.query<{ id: string; key: string }>(
    'SELECT id, key FROM loms.outbox ORDER BY seq LIMIT 1',
  );
  await page.keyboard.press('/');
  await page.keyboard.type(row?.id ?? '');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${shops.ops.server}/orders/${row?.key ?? ''}?system=loms`);
  await page.getByRole('searchbox').fill('nothing-of-the-kind');
  await page.keyboard.press('Enter');
  await page.getByText('No order has this id').waitFor();
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a step lights up soon after its commit', async () => {
  const { page } = await place('goods', 'Order the goods');
  await stepIs(page, 'pay', 'RUNNING');
  const { system } = shops;
  const late: number[] = [];
  // clocks of one machine: the row has the time of its transaction, the page the time of the change
  const shown = page.evaluate<number>(
    `new Promise((resolve) => {
       const look = () => document.querySelector('[data-step="pay"][data-state="DONE"]')
         ? resolve(Date.now()) : requestAnimationFrame(look);
       look();
     })`,
  );
  await page.getByRole('button', { name: 'Pay', exact: true }).click();
  const at = await shown;
  const [row] = await system.query<{ moment: Date }>(
    `SELECT moment FROM loms.order_changes WHERE order_id = $1 AND status = 'payed'`,
    [keyOf(page)],
  );
  late.push(at - (row?.moment.getTime() ?? 0));
  process.stdout.write(`a step was shown ${late.join()} ms after its commit\n`);
  // about 0.5 s where the machine has time
  expect(Math.max(...late)).toBeLessThan(10_000);
  await page.context().close();
});

test('only the short list of RPCs is passed on, and only for this page', async () => {
  const url = `${shops.ops.server}/services/loms/loms.v1.LomsService`;
  const post = (rpc: string, headers: Record<string, string>) =>
    fetch(`${url}/${rpc}`, { method: 'POST', body: '{"orderId":"1"}', headers });
  const json = { 'content-type': 'application/json' };
  expect((await post('OrderInfo', json)).status).toBe(200);
  expect((await post('WatchOrder', json)).status).toBe(404);
  const foreign = await post('OrderPay', { ...json, 'sec-fetch-site': 'cross-site' });
  expect([foreign.status, await foreign.json()]).toEqual([
    403,
    { code: 'permission_denied', message: 'Only the page of this ops may call this.' },
  ]);
  expect((await post('OrderPay', { 'content-type': 'text/plain' })).status).toBe(403);
});
