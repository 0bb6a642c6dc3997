import type { Browser, Page } from 'playwright-core';
import { newId } from '#platform/base/ids.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { orderPaid, publishEvents } from '../testing/events/event-messages.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
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
const sign = (page: Page) => page.getByRole('dialog').getByLabel('Your name').fill('anna');
/** Waits until the page says of the newest operation that it is through. */
const through = (page: Page, what: string, says: string) =>
  page.locator('.says', { hasText: what }).getByText(says).waitFor();
const done = (operation: string) =>
  shops.system.query<{ actor: string; rows: number }>(
    'SELECT actor, affected_rows AS rows FROM ops.operations WHERE operation = $1 AND NOT dry_run ORDER BY id',
    [operation],
  );

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
  expect(await faultsOfLooks(page, 'order-goods')).toEqual([]);
  await page.getByRole('button', { name: /Contents of OrderStatusChanged 2/ }).click();
  await page.getByRole('dialog').getByText('awaiting payment').waitFor();
  expect(await faultsOfLooks(page, 'order-payload')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('goods of which there are too few: the order that was saved as failed can be opened', async () => {
  const { page, faults } = await open('/new');
  await page.getByLabel('Pieces').fill('60000');
  await page.getByRole('button', { name: 'Order the goods' }).click();
  await page.getByRole('alert').getByText('Not enough stock').waitFor();
  await page.getByRole('link', { name: /^Open order \d+$/ }).click();
  await page.waitForURL(/\/orders\/\d+\?system=loms$/);
  await stepIs(page, 'reserve-stock', 'FAILED');
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a ship: it is paid, built and announced, each step when it happens', async () => {
  const { page, faults } = await open('/new?kind=ship');
  await page.getByRole('option').first().waitFor({ state: 'attached' });
  expect(await faultsOfLooks(page, 'new-ship')).toEqual([]);
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
  const { page, faults } = await open('/new?kind=parcel');
  expect(await faultsOfLooks(page, 'new-parcel')).toEqual([]);
  await page.getByRole('button', { name: 'Accept the parcel' }).click();
  await stepIs(page, 'accept', 'DONE');
  await stepIs(page, 'issue', 'RUNNING');
  expect(await faultsOfLooks(page, 'order-parcel')).toEqual([]);
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

test('the events of an order are replayed: not after Escape, and once when pressed twice', async () => {
  const { page, faults } = await place('goods', 'Order the goods');
  await page.getByText('sent to partition').nth(1).waitFor();
  // what was sent within the last 6 s is passed over
  await shops.system.query(
    `UPDATE loms.outbox SET sent_at = sent_at - interval '1 minute' WHERE key = $1`,
    [keyOf(page)],
  );
  const replay = page.getByRole('button', { name: 'Replay the events of loms' });
  const says = `2 events of order ${keyOf(page)} (loms) will be sent again with the same ids`;
  await replay.click();
  await page.getByRole('dialog').getByText(says).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  expect(await done('replay')).toEqual([]);
  await replay.dblclick();
  await sign(page);
  const dryRuns = await shops.system.query(
    `SELECT FROM ops.operations WHERE operation = 'replay' AND dry_run`,
  );
  expect(dryRuns).toHaveLength(2);
  await page.getByRole('button', { name: 'Replay 2 events' }).dblclick();

  await through(page, 'Replay 2 events', 'All is through: 2 events.');
  await page
    .getByText(/\(replayed\)/)
    .nth(1)
    .waitFor();
  expect(await done('replay')).toEqual([{ actor: 'anna', rows: 2 }]);
  expect(faults).toEqual([]);
  await page.context().close();
});

/** An OrderPaid that no consumer can read, because its user is no UUID, and what it should have been. */
const sendUnreadable = async () => {
  const order = newId();
  const message = orderPaid(order);
  const value = JSON.parse(String(message.value)) as Record<string, unknown>;
  const received = JSON.stringify({ ...value, user_id: 'nobody' });
  await publishEvents(createTestKafka(shops.system.brokers), topicOf('order.v1.OrderPaid'), [
    { ...message, value: received },
  ]);
  return { order, received, edited: JSON.stringify(value) };
};

test('what consumers gave up is retried, discarded and edited from the page of its order', async () => {
  const { order, received, edited } = await sendUnreadable();
  const { page, faults } = await open(`/orders/${order}`);
  const letters = page.getByRole('region', { name: 'Dead letters' });
  await letters.getByRole('row').nth(2).waitFor();
  expect(await faultsOfLooks(page, 'order-dead-letters')).toEqual([]);
  const at = (consumer: string) => letters.getByRole('row', { name: consumer });

  await at('notification-payment')
    .getByRole('button', { name: /^Retry/ })
    .click();
  await page.getByText('notification-payment will try this message again').waitFor();
  await sign(page);
  await page.getByRole('button', { name: 'Retry 1 message' }).dblclick();
  // the cause is not mended
  await through(page, 'Retry 1 message', '0 of 1 event through, 1 failed again.');
  expect(await done('redrive-dead-letters')).toEqual([{ actor: 'anna', rows: 1 }]);

  await at('notification-payment')
    .getByRole('button', { name: /^Discard/ })
    .click();
  await page.getByRole('dialog').getByLabel('Why').fill('told by telephone');
  await page.getByRole('button', { name: 'Discard 1 message' }).dblclick();
  await at('notification-payment').waitFor({ state: 'detached' });
  expect(await done('discard-dead-letter')).toEqual([{ actor: 'anna', rows: 1 }]);

  await at('assembly-service').getByRole('link', { name: 'OrderPaid' }).click();
  await page.getByText('"user_id": "nobody"').waitFor();
  await page.getByRole('button', { name: 'Edit a copy' }).click();
  await page.getByLabel('The value, as JSON').fill(edited);
  await page.getByLabel('Why').fill('the user is known');
  await page.getByRole('button', { name: 'Redrive 1 edited message' }).dblclick();
  await through(page, 'Redrive an edited copy', 'All is through: 1 event.');
  // what was received is kept
  await page.getByText('Redriven by anna').waitFor();
  await page.getByText('"user_id": "nobody"').waitFor();
  const kept = await shops.system.query<{ value: Buffer }>(
    'SELECT value FROM assembly.inbox_dead_letters WHERE key = $1',
    [order],
  );
  expect(kept.map(({ value }) => String(value))).toEqual([received]);
  expect(await done('edit-dead-letter')).toEqual([{ actor: 'anna', rows: 1 }]);
  await page.getByRole('link', { name: order }).click();
  // the ship is built
  await page.getByRole('button', { name: 'Contents of ShipAssembled 1' }).waitFor();
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
  expect(await faultsOfLooks(page, 'order-not-found')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('several articles are one order, and what is wrong with the second one is said there', async () => {
  const { page, faults } = await open('/new');
  await page.getByRole('button', { name: 'Add another article' }).click();
  const pieces = page.getByLabel('Pieces of article 2');
  await pieces.fill('0');
  await page.getByRole('button', { name: 'Order the goods' }).click();
  await page.locator('#field-count-2[aria-invalid="true"]').waitFor();
  await pieces.fill('2');
  await page.getByRole('button', { name: 'Order the goods' }).click();
  await stepIs(page, 'reserve-stock', 'DONE');
  const items = await shops.system.query<{ sku: string; count: string }>(
    'SELECT sku::text, count::text FROM loms.order_items WHERE order_id = $1 ORDER BY sku',
    [keyOf(page)],
  );
  expect(items).toEqual([
    { sku: '1002', count: '1' },
    { sku: '1003', count: '2' },
  ]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a parcel is issued, taken back and given back to the courier on its page', async () => {
  const { page, faults } = await place('parcel', 'Accept the parcel');
  await page.getByRole('button', { name: 'Issue it to the client' }).click();
  await stepIs(page, 'issue', 'DONE');
  await page.getByRole('button', { name: 'Take it back from the client' }).click();
  await stepIs(page, 'undo-issue', 'DONE');
  await page.getByRole('button', { name: 'Give it back to the courier' }).click();
  await stepIs(page, 'undo-accept', 'DONE');
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

test('a booking that hangs: its page and the list of what is stuck name the missing step and who owes it', async () => {
  const { system, ticket } = shops;
  ticket.kill('SIGKILL');
  await ticket.exit;
  const { page, faults } = await open('/new?kind=booking');
  await page.getByRole('button', { name: 'Show the price' }).click();
  await page.getByRole('button', { name: /^Book for/ }).click();
  await stepIs(page, 'authorize-payment', 'DONE');
  const key = keyOf(page);
  // its time is over
  await system.query('UPDATE booking.timers SET due_at = clock_timestamp() WHERE key = $1', [key]);
  await page.getByText(/^“Ticket issued” .*look whether ticket runs/).waitFor();
  expect(await faultsOfLooks(page, 'order-hangs')).toEqual([]);
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  const saga = page.getByRole('row', { name: /ticket owes the step “Ticket issued”/ });
  await saga.getByText('1 order of booking has not ended in time').waitFor();
  expect(await faultsOfLooks(page, 'stuck-saga')).toEqual([]);
  expect(await saga.getByRole('button', { name: /^Redrive/ }).count()).toBe(0);
  await saga.getByRole('link', { name: key }).click();
  await stepIs(page, 'issue-ticket', 'RUNNING');
  expect(faults).toEqual([]);
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
