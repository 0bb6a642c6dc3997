import type { Browser, Page } from 'playwright-core';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { openTestPool } from '../testing/test-pool.ts';
import { waitFor } from '../testing/wait-for.ts';
import type { Pool } from '#platform/database/pool.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';

// What is stuck, given up and done is shown and mended in a real browser, on rows as publishers and consumers leave them.

let browser: Browser;
let ops: RunningOps;
let admin: Pool;

beforeAll(async () => {
  const database = await createTestDatabase();
  admin = openTestPool(database.adminUrl);
  [ops, browser] = await Promise.all([
    startOps(database.urlFor('ops'), 'loms,booking'),
    openBrowser(),
  ]);
}, 240_000);
afterAll(async () => {
  await Promise.all([ops.kill(), browser.close(), admin.end()]);
});

/** FAILED events of as many orders. */
const fail = (orders: number, error: string, prefix: string) => {
  const keys = Array.from({ length: orders }, (_, index) => `${prefix}${index + 1}`);
  return admin.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
       status, error, attempts, last_attempt_at)
     SELECT uuidv7(), 'loms.order-events', key, 1, 'T', '{}', '{}', bucket, clock_timestamp(), 'FAILED', $2, 5,
            clock_timestamp() FROM unnest($1::text[], $3::smallint[]) AS o(key, bucket)`,
    [keys, error, keys.map(bucketOf)],
  );
};
/** A message that a consumer gave up; returns its id. */
const giveUp = async (key: string, value: string) => {
  const { rows } = await admin.query<{ id: string }>(
    `INSERT INTO assembly.inbox_dead_letters (event_id, consumer, topic, key, source, sequence, event_type,
       partition, "offset", key_bytes, value, headers, attempts, error, failed_at)
     VALUES (uuidv7(), 'assembly-service', 'order.events', $1, 'order', 1, 'order.v1.OrderPaid', 0, 1, 'k', $2, '{"a": "b"}', 3,
       E'Error: no paint\\n    at handle (one.ts:1)', clock_timestamp()) RETURNING event_id AS id`,
    [key, Buffer.from(value)],
  );
  return rows[0]!.id;
};
const open = async (path: string) => {
  const opened = await openConsolePage(browser, { server: ops.server, path });
  opened.page.setDefaultTimeout(60_000);
  return opened;
};
const dialog = (page: Page) => page.getByRole('dialog');
const sign = (page: Page) => dialog(page).getByLabel('Your name').fill('anna');
const done = async (operation: string) => {
  const text = `SELECT FROM ops.operations WHERE operation = $1 AND NOT dry_run`;
  return (await admin.query(text, [operation])).rowCount;
};

test('empty lists say what would be there', async () => {
  for (const path of ['/stuck', '/dead-letters', '/operations']) {
    const { page, faults } = await open(path);
    await page.locator('.empty').waitFor();
    expect(await faultsOfLooks(page, `empty-${path.slice(1)}`)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  }
});

test('a group is redriven batch by batch, pressed twice once, and another is ignored', async () => {
  await fail(12, 'message-too-large', 'a');
  await fail(1, 'unknown-topic', 'b');
  const { page, faults } = await open('/stuck');
  await page.getByText('12 orders of loms have an event that cannot be sent').waitFor();
  expect(await faultsOfLooks(page, 'stuck')).toEqual([]);
  await page.getByRole('button', { name: 'Redrive “message-too-large”' }).click();
  await dialog(page).getByText('12 failed events of 12 orders').waitFor();
  await sign(page);
  await dialog(page).getByLabel('so many a second').fill('6');
  await dialog(page).getByRole('button', { name: 'Redrive 12' }).dblclick();
  await page.getByText('12 redriven.').waitFor();
  expect(await done('redrive')).toBe(2);
  await page.getByText('6 wait to be sent').waitFor();
  await admin.query(
    `UPDATE loms.outbox SET status = 'COMPLETED', sent_at = clock_timestamp() WHERE key LIKE 'a%'`,
  );
  await page.getByText('All is through: 6 events.').waitFor();
  await page.getByRole('button', { name: 'Ignore “unknown-topic”' }).click();
  await sign(page);
  await dialog(page).getByLabel('Why').fill('a fix is under way');
  await dialog(page).getByRole('button', { name: 'Ignore' }).click();
  await page.getByText('Ignored by anna until').waitFor();
  expect(await done('ignore')).toBe(1);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a dead letter is shown, an edited copy redriven, another retried, a third discarded', async () => {
  const edited = await giveUp('c1', '{"count": -1}');
  await giveUp('c2', '{"count": 2}');
  await giveUp('c3', '{"count": 3}');
  const { page, faults } = await open('/dead-letters');
  await page.getByRole('link', { name: 'c3' }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('c2');
  expect(await faultsOfLooks(page, 'dead-letters')).toEqual([]);
  await page.getByLabel('Order', { exact: true }).fill('c1');
  await page.keyboard.press('Enter');
  await page.waitForURL(/key=c1/);
  await page.getByRole('link', { name: 'c1' }).click();
  await page.getByText('"count": -1').waitFor();
  expect(await faultsOfLooks(page, 'dead-letter')).toEqual([]);
  await page.getByRole('button', { name: 'Edit a copy' }).click();
  await sign(page);
  await dialog(page).getByLabel('The value, as JSON').fill('{"count": 1}');
  await dialog(page).getByLabel('Why').fill('a count is positive');
  await dialog(page).getByRole('button', { name: 'Redrive 1 edited message' }).dblclick();
  await page.getByText('0 of 1 event through, 1 waits for its consumer.').waitFor();
  const { rows } = await admin.query<{ value: Buffer }>(
    'SELECT value FROM assembly.inbox_parked WHERE event_id = $1',
    [edited],
  );
  expect(rows.map(({ value }) => String(value))).toEqual(['{"count": 1}']);
  expect(await done('edit-dead-letter')).toBe(1);
  await act(page, 'c2', 'Retry', 'redrive-dead-letters');
  await act(page, 'c3', 'Discard', 'discard-dead-letter');
  expect(faults).toEqual([]);
  await page.context().close();
});

const act = async (page: Page, key: string, label: string, operation: string) => {
  await page.goto(`${ops.server}/dead-letters?key=${key}`);
  await page.getByRole('link', { name: key }).click();
  await page.getByRole('button', { name: `${label} OrderPaid at assembly-service` }).click();
  if (label === 'Discard') await dialog(page).getByLabel('Why').fill('built by hand');
  await dialog(page)
    .getByRole('button', { name: `${label} 1 message` })
    .click();
  await waitFor(async () => (await done(operation)) === 1, { what: operation });
};

test('operations say who did what, and how far it is; schemas are listed without a registry', async () => {
  const { page, faults } = await open('/operations?operation=edit-dead-letter');
  await page.getByRole('link', { name: 'edit-dead-letter' }).first().waitFor();
  expect(await faultsOfLooks(page, 'operations')).toEqual([]);
  await page.getByRole('link', { name: /^edit-dead-letter$/ }).click();
  await page.getByText('The edited value').waitFor();
  expect(await faultsOfLooks(page, 'operation')).toEqual([]);
  await page.goto(`${ops.server}/schemas`);
  await page.getByRole('link', { name: 'loms.order-events-value' }).click();
  await page.getByText('loms.v1.OrderStatusChanged').first().waitFor();
  expect(await faultsOfLooks(page, 'schemas')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});
