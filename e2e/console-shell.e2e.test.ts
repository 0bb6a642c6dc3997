import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page, Response } from 'playwright-core';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { createTestDatabase, type TestDatabase } from '../testing/engines/database.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { openTestPool } from '../testing/test-pool.ts';

// What all pages of the console have, in a real browser, served by a real ops.

let database: TestDatabase;
let browser: Browser;
let ops: RunningOps;
let secured: RunningOps;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-tokens-'));
  database = await createTestDatabase();
  [ops, secured, browser] = await Promise.all([
    startOps(database.urlFor('ops'), 'loms,order', {
      TRACE_URL_TEMPLATE: 'https://traces.example/{trace_id}?"a"&b',
    }),
    startSecured(),
    openBrowser(),
  ]);
});

afterAll(async () => {
  await Promise.all([ops.kill(), secured.kill(), browser.close()]);
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

test('keys lead to the pages and into the search, Escape out of it, and the back button back', async () => {
  const { page, faults } = await openConsolePage(browser, { server: ops.server });
  const headed = (name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  const chord = async (letter: string) => {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
  };
  const pages = [
    ['s', 'Stuck'],
    ['d', 'Dead letters'],
    ['p', 'Operations'],
    ['c', 'Schemas'],
    ['n', 'Place an order'],
    ['o', 'Overview'],
  ] as const;
  for (const [letter, title] of pages) {
    await chord(letter);
    await headed(title);
    await page.waitForFunction(`document.title.startsWith('${title}')`);
  }
  await page.keyboard.press('/');
  await page.locator('#search:focus').waitFor();
  // what is typed there is no key
  await page.keyboard.type('gs/');
  expect(await page.getByRole('searchbox').inputValue()).toBe('gs/');
  await page.keyboard.press('Escape');
  await page.locator('#search:not(:focus)').waitFor();
  await chord('s');
  await headed('Stuck');
  await page.goBack();
  await headed('Overview');
  await page.goBack();
  await headed('Place an order');
  await page.goForward();
  await headed('Overview');
  expect(faults).toEqual([]);
  await page.context().close();
});

interface Person {
  subject: string;
  roles: readonly string[];
}
const tokenOf = ({ subject }: Person) => `the-token-of-${subject}`;
const anna: Person = { subject: 'anna', roles: ['ops:read'] };
const olga: Person = { subject: 'olga', roles: ['ops:read', 'ops:write'] };

const startSecured = async () => {
  const file = join(folder, 'tokens.yaml');
  const sha256 = (person: Person) => createHash('sha256').update(tokenOf(person)).digest('hex');
  const tokens = [anna, olga].map((person) => ({ ...person, sha256: sha256(person) }));
  await writeFile(file, JSON.stringify({ tokens }));
  return startOps(database.urlFor('ops'), 'loms,order', { AUTH_TOKENS_FILE: file });
};

test('with tokens on, the reader is asked for one, and asked again when it is wrong', async () => {
  const { page, faults } = await openConsolePage(browser, { server: secured.server });
  const dialog = page.getByRole('dialog', { name: 'A token is needed' });
  await dialog.getByLabel('Token').fill('wrong');
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.getByText('The token is not known.').waitFor();
  expect(await faultsOfLooks(page, 'token')).toEqual([]);
  await dialog.getByLabel('Token').fill(tokenOf(anna));
  await dialog.getByRole('button', { name: 'Continue' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.getByRole('banner').getByText('anna').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

/** An order with an event that was sent, one that failed, and a message that was given up; returns the last one's id. */
const makeStuckOrder = async (key: string): Promise<string> => {
  const admin = openTestPool(database.adminUrl);
  await admin.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at, status, sent_at,
       error, attempts, last_attempt_at)
     SELECT uuidv7(), 'loms.order-events', $1, sequence, 'loms.v1.OrderStatusChanged', '{}', '{}', $2, clock_timestamp(),
            status::loms.outbox_status, CASE status WHEN 'COMPLETED' THEN clock_timestamp() END, error, 5, clock_timestamp()
       FROM (VALUES (1, 'COMPLETED', NULL), (2, 'FAILED', 'message-too-large')) AS e(sequence, status, error)`,
    [key, bucketOf(key)],
  );
  const { rows } = await admin.query<{ id: string }>(
    `INSERT INTO assembly.inbox_dead_letters (event_id, consumer, topic, key, source, sequence, event_type, partition, "offset",
       key_bytes, value, headers, attempts, error, failed_at)
     VALUES (uuidv7(), 'assembly-service', 'order.events', $1, 'order', 1, 'order.v1.OrderPaid', 0, 1, 'k', '{}', '{}', 3,
       'Error: no paint', clock_timestamp()) RETURNING event_id AS id`,
    [key],
  );
  await admin.end();
  return rows[0]!.id;
};

const actsOn = (page: Page) =>
  page
    .getByRole('main')
    .getByRole('button', { name: /^(Redrive|Discard|Replay|Retry|Edit|Ignore|Order|Pay|Cancel)/ });

test('who may only read sees no button that changes something; an operator does, and is in the audit', async () => {
  const letter = await makeStuckOrder('4711');
  const pages = [
    { path: '/stuck', says: '1 order of loms has an event that cannot be sent', acts: 4 },
    { path: `/dead-letters/${letter}?consumer=assembly-service`, says: 'Given up', acts: 3 },
    { path: '/orders/4711', says: 'FAILED after 5 attempts', acts: 4 },
    { path: '/new', says: 'An order for goods', acts: 1 },
  ];
  for (const person of [anna, olga])
    for (const { path, says, acts } of pages) {
      const at = { server: secured.server, path, token: tokenOf(person) };
      const { page, faults } = await openConsolePage(browser, at);
      await page.getByRole('banner').getByText(person.subject).waitFor();
      await page.getByText(says).first().waitFor();
      expect([person.subject, path, await actsOn(page).count()]).toEqual([
        person.subject,
        path,
        person === olga ? acts : 0,
      ]);
      if (person === anna && path === '/new') await page.getByText('lets you look only').waitFor();
      expect(faults).toEqual([]);
      await page.context().close();
    }
  const at = { server: secured.server, path: '/orders/4711', token: tokenOf(olga) };
  const { page, faults } = await openConsolePage(browser, at);
  await page.getByRole('button', { name: 'Redrive the failed events of loms' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('1 failed event of order 4711').waitFor();
  // the token says who it is
  expect(await dialog.getByLabel('Your name').count()).toBe(0);
  await dialog.getByRole('button', { name: 'Redrive 1 event' }).click();
  await page.getByText('0 of 1 event through, 1 waits to be sent.').waitFor();
  await page.getByRole('link', { name: 'Operations' }).click();
  const rows = page.getByRole('row', { name: /redrive/ });
  await rows.filter({ hasNotText: 'dry run' }).getByRole('cell', { name: 'olga' }).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('an order whose trace is recorded has a link to it, and another has none', async () => {
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const admin = openTestPool(database.adminUrl);
  for (const [key, flags] of [
    ['71', '01'],
    ['72', '00'],
  ])
    await admin.query(
      `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
       VALUES (uuidv7(), 'loms.order-events', $1, 1, 'T', '{}', $2, 1, now())`,
      [key, { traceparent: `00-${traceId}-${spanId}-${flags}` }],
    );
  await admin.end();
  const look = async (key: string) => {
    const opened = await openConsolePage(browser, { server: ops.server, path: `/orders/${key}` });
    await opened.page.getByRole('table', { name: 'Events' }).waitFor();
    return opened;
  };
  const recorded = await look('71');
  const link = recorded.page.getByRole('link', { name: 'Trace' });
  expect(await link.getAttribute('href')).toBe(`https://traces.example/${traceId}?"a"&b`);
  expect(recorded.faults).toEqual([]);
  const other = await look('72');
  expect(await other.page.getByRole('link', { name: 'Trace' }).count()).toBe(0);
});
