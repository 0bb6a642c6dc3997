import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { Registry } from 'prom-client';
import { newId } from '#platform/base/ids.ts';
import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import { breakBatch } from '../testing/break-batch.ts';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import {
  noteEffects,
  openInboxFixture,
  testEvent,
  toTestMessage,
  type Handle,
  type InboxFixture,
} from '../testing/inbox/fixture.ts';
import { createTestTopic } from '../testing/kafka-topic.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { batchField, withCrc } from '../testing/record-batch.ts';
import { waitFor } from '../testing/wait-for.ts';

// What is stuck, given up and done is shown and mended in a real browser. Its messages fail at real consumers; what
// publishers leave stands as rows (console-overview and console-orders have real ones).

let browser: Browser;
let ops: RunningOps;
let at: InboxFixture;
/** The events that fail at their consumer. */
const bad = new Set<string>();
const failBad: Handle = async (tx, events) => {
  if (events.some(({ id }) => bad.has(id))) throw new Error('no paint');
  await noteEffects(tx, events);
};

beforeAll(async () => {
  at = await openInboxFixture();
  [ops, browser] = await Promise.all([
    startOps(at.database.urlFor('ops'), 'loms,booking'),
    openBrowser(),
  ]);
  at.start(failBad, { retry: { attempts: 2, baseMs: 20 }, whenExhausted: 'block-key' });
}, 240_000);
afterAll(async () => {
  await Promise.all([ops.kill(), browser.close()]);
  await at.close();
});

/** FAILED events of as many orders. */
const fail = (orders: number, error: string, prefix: string) => {
  const keys = Array.from({ length: orders }, (_, index) => `${prefix}${index + 1}`);
  return at.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
       status, error, attempts, last_attempt_at)
     SELECT uuidv7(), 'loms.order-events', key, 1, 'T', '{}', '{}', bucket, clock_timestamp(), 'FAILED', $2, 5,
            clock_timestamp() FROM unnest($1::text[], $3::smallint[]) AS o(key, bucket)`,
    [keys, error, keys.map(bucketOf)],
  );
};
/** Sends two events of an order, of which the first one fails at its consumers; returns the order. */
const sendBad = async (topic = at.topic): Promise<string> => {
  const order = newId();
  const events = [1, 2].map((sequence) => testEvent(order, sequence));
  bad.add(events[0]!.id);
  await at.send(events.map(toTestMessage), 0, topic);
  return order;
};
const open = async (path: string) => {
  const opened = await openConsolePage(browser, { server: ops.server, path });
  opened.page.setDefaultTimeout(60_000);
  return opened;
};
const dialog = (page: Page) => page.getByRole('dialog');
const sign = (page: Page) => dialog(page).getByLabel('Your name').fill('anna');
const done = async (operation: string) => {
  const text = `SELECT affected_rows AS rows FROM ops.operations WHERE operation = $1 AND NOT dry_run ORDER BY id`;
  return (await at.query<{ rows: number }>(text, [operation])).map(({ rows }) => rows);
};
const untilEffects = (order: string, ...sequences: number[]) =>
  waitFor(async () => (await at.effects(order)).join() === sequences.join(), { what: 'effects' });

test('empty lists say what would be there', async () => {
  for (const path of ['/stuck', '/dead-letters', '/operations']) {
    const { page, faults } = await open(path);
    await page.locator('.empty').waitFor();
    expect(await faultsOfLooks(page, `empty-${path.slice(1)}`)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  }
});

test('a group is redriven batch by batch, pressed twice once', async () => {
  await fail(12, 'message-too-large', 'a');
  const { page, faults } = await open('/stuck');
  await page.getByText('12 orders of loms have an event that cannot be sent').waitFor();
  await page.getByRole('button', { name: 'Redrive “message-too-large”' }).click();
  await dialog(page).getByText('12 failed events of 12 orders').waitFor();
  await sign(page);
  await dialog(page).getByLabel('so many a second').fill('6');
  await dialog(page).getByRole('button', { name: 'Redrive 12' }).dblclick();
  await page.getByText('12 redriven.').waitFor();
  expect(await done('redrive')).toEqual([6, 6]);
  await page.getByText('6 wait to be sent').waitFor();
  await at.query(
    `UPDATE loms.outbox SET status = 'COMPLETED', sent_at = clock_timestamp() WHERE key LIKE 'a%'`,
  );
  await page.getByText('All is through: 6 events.').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('a cause is ignored until a time, by whom and why, and shown again', async () => {
  await fail(1, 'unknown-topic', 'b');
  const { page, faults } = await open('/stuck');
  await page.getByRole('button', { name: 'Ignore “unknown-topic”' }).click();
  await sign(page);
  await dialog(page).getByLabel('For', { exact: true }).selectOption('a day');
  await dialog(page).getByLabel('Why').fill('a fix is under way');
  await dialog(page).getByRole('button', { name: 'Ignore' }).dblclick();
  const ignored = page.getByRole('region', { name: 'Ignored for a while' });
  await ignored.getByText('Ignored by anna until').waitFor();
  await ignored.getByText('a fix is under way').waitFor();
  expect(await faultsOfLooks(page, 'ignored')).toEqual([]);
  const [row] = await at.query<{ hours: number }>(
    'SELECT round(extract(epoch FROM until - clock_timestamp()) / 3600)::integer AS hours FROM ops.ignored',
  );
  expect(row).toEqual({ hours: 24 });
  await page.getByRole('button', { name: 'Show again “unknown-topic”' }).click();
  await dialog(page).getByLabel('Why').fill('it is mended');
  await dialog(page).getByRole('button', { name: 'Show again' }).dblclick();
  await ignored.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Ignore “unknown-topic”' }).waitFor();
  expect(await done('ignore')).toHaveLength(2);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('an answer that takes longer than the list is fresh is waited for, not asked for again', async () => {
  const { page, faults } = await open('/');
  await page.clock.install();
  let asked = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/ListStuck')) asked += 1;
  });
  await at.query('BEGIN');
  await at.query('LOCK TABLE loms.outbox IN ACCESS EXCLUSIVE MODE');
  await page.goto(`${ops.server}/stuck`);
  await waitFor(() => asked === 1, { what: 'the list to be asked for' });
  for (let times = 0; times < 3; times += 1) await page.clock.fastForward(6_000);
  expect(asked).toBe(1);
  await at.query('COMMIT');
  await page.getByText('1 order of loms has an event that cannot be sent').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test('what a consumer gave up is redriven at a rate, paused and continued, and marked when it fails again', async () => {
  const orders = [];
  for (let order = 0; order < 5; order += 1) orders.push(await sendBad());
  const { page, faults } = await open('/stuck?service=assembly');
  // what is tried again has a row of its own for a moment
  const group = page.getByRole('row', { name: /given up Error: no paint/ });
  await group.getByText('has given up messages of 5 orders').waitFor();
  const redrive = async (rate: string) => {
    await group.getByRole('button', { name: 'Redrive “Error: no paint”' }).click();
    await dialog(page).getByText('will try 5 messages of 5 orders again').waitFor();
    await sign(page);
    await dialog(page).getByLabel('so many a second').fill(rate);
    await dialog(page).getByRole('button', { name: 'Redrive 5' }).dblclick();
  };
  await redrive('50');
  await page.getByText('0 of 5 events through, 5 failed again.').waitFor();
  await group.getByText('5 of them failed again after a redrive').waitFor();
  await page.getByText('5 redriven.').getByRole('button', { name: 'Close' }).click();

  bad.clear();
  await redrive('2');
  await page.getByText('2 of 5, at most 2 a second').waitFor();
  // within the wait for the next batch
  await page.evaluate(`(async () => {
    const press = (label) =>
      [...document.querySelectorAll('button')].find(({ textContent }) => textContent === label).click();
    press('Pause');
    await new Promise((resolve) => setTimeout(resolve, 50));
    press('Go on');
  })()`);
  await page.getByText('4 of 5, at most 2 a second').waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('paused at 4 of 5').waitFor();
  // a paused one stays over a reload
  await page.reload();
  await page.getByText('paused at 4 of 5').waitFor();
  expect(await faultsOfLooks(page, 'stuck-paused')).toEqual([]);
  expect(await done('redrive-dead-letters')).toEqual([5, 2, 2]);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('5 redriven.').waitFor();
  expect(await done('redrive-dead-letters')).toEqual([5, 2, 2, 1]);
  const [apart] = await at.query<{ seconds: number }>(
    `SELECT extract(epoch FROM max(at) - min(at))::float8 AS seconds FROM ops.operations
      WHERE operation = 'redrive-dead-letters' AND affected_rows = 2 AND NOT dry_run`,
  );
  expect(apart?.seconds).toBeGreaterThan(0.9);
  for (const order of orders) await untilEffects(order, 1, 2);
  await group.waitFor({ state: 'detached' });
  expect(faults).toEqual([]);
  await page.context().close();
});

const unknownCodec = (batch: Buffer) =>
  void withCrc(batch.fill(6, batchField.attributes + 1, batchField.attributes + 2));

test('what is tried again, held or cannot be written is told apart, the partitions first', async () => {
  const [slow, broken] = [await createTestTopic(at.kafka, 1), await createTestTopic(at.kafka, 1)];
  const patient = { name: slow, topic: slow, retry: { attempts: 9, baseMs: 3_600_000 } };
  at.start(failBad, patient, new Registry());
  const order = await sendBad(slow);
  await at.send([toTestMessage(testEvent(newId(), 1))], 0, broken);
  await breakBatch({ topic: broken, partition: 0 }, 0n, unknownCodec);
  at.start(noteEffects, { name: broken, topic: broken }, new Registry());
  await at.query(`WITH publisher AS (
    INSERT INTO publisher.members (id, sources, seen_at, expires_at)
    VALUES ('one', '{loms}', clock_timestamp(), clock_timestamp() + interval '1 h') RETURNING epoch)
    INSERT INTO publisher.unwritable_partitions (epoch, source, topic, partition, error, attempts, since, tried_at)
    SELECT epoch, 'loms', 'loms.order-events', 1, 'no leader', 3, clock_timestamp(), clock_timestamp() FROM publisher`);
  const { page, faults } = await open('/stuck');
  const rows = page.getByRole('region', { name: 'By cause' }).locator('tbody tr');
  const row = (says: string) => rows.filter({ hasText: says });
  await row(`${broken} cannot go on with ${broken}/0`).getByText('unknown codec, 6').waitFor();
  await row('loms.order-events/1 cannot be written').getByText('no leader').waitFor();
  await row(`Messages of 1 order fail at ${slow}, which tries them again by itself.`).waitFor();
  const kinds = await rows.locator('.badge').allInnerTexts();
  expect(kinds.slice(0, 2).toSorted()).toEqual(['partition held', 'partition not writable']);
  expect(kinds.slice(2).toSorted()).toEqual(['not sent', 'tried again']);
  // only what somebody gave up can be redriven
  expect(await page.getByRole('button', { name: /^Redrive/ }).allTextContents()).toHaveLength(1);
  expect(await faultsOfLooks(page, 'stuck')).toEqual([]);
  await row(slow).getByRole('link', { name: order }).click();
  const failure = /failed 1 time: Error: no paint; is tried again in/;
  const parked = page.getByRole('table', { name: 'Parked at their consumers' });
  await parked.getByText(failure).waitFor();
  // with the event at its source, the message stands beside that
  await at.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at, status, sent_at)
     SELECT event_id, topic, key, 1, 'order.v1.OrderPaid', '{}', '{}', 0, clock_timestamp(), 'COMPLETED', clock_timestamp()
       FROM assembly.inbox_parked WHERE key = $1 ORDER BY "offset" LIMIT 1`,
    [order],
  );
  await page.reload();
  await page.getByRole('table', { name: 'Events' }).getByText(failure).waitFor();
  expect(await parked.getByText(failure).count()).toBe(0);
  expect(await faultsOfLooks(page, 'order-parked')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});

/** Sends a message that its consumer cannot read, because its user is no UUID; returns what it should have been. */
const sendUnreadable = async (order: string): Promise<string> => {
  const message = toTestMessage(testEvent(order, 1));
  const value = JSON.parse(String(message.value)) as Record<string, unknown>;
  await at.send([{ ...message, value: JSON.stringify({ ...value, user_id: 'nobody' }) }]);
  return JSON.stringify(value);
};

test('dead letters are filtered, one is downloaded and an edited copy redriven, another retried, a third discarded', async () => {
  const edited = newId();
  const value = await sendUnreadable(edited);
  const [retried, discarded] = [await sendBad(), await sendBad()];
  const { page, faults } = await open(`/dead-letters?consumer=${at.topic}`);
  const letters = page.getByRole('table').locator('tbody tr');
  await waitFor(async () => (await letters.count()) === 3, { what: 'three letters' });
  await page.getByRole('link', { name: discarded }).focus();
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.textContent')).toBe(retried);
  expect(await faultsOfLooks(page, 'dead-letters')).toEqual([]);
  await page.getByLabel('The error contains').fill('paint');
  await page.keyboard.press('Enter');
  await waitFor(async () => (await letters.count()) === 2, { what: 'those with the error' });
  await page.getByLabel('The error contains').fill('');
  await page.getByLabel('Order', { exact: true }).fill(edited);
  await page.keyboard.press('Enter');
  await page.waitForURL(new RegExp(`key=${edited}`));
  await page.getByRole('link', { name: edited }).click();
  await page.getByText('"user_id": "nobody"').waitFor();
  expect(await faultsOfLooks(page, 'dead-letter')).toEqual([]);
  expect(await download(page)).toMatchObject({
    letter: {
      key: edited,
      consumer: at.topic,
      topic: at.topic,
      sequence: '1',
      headers: { ce_source: 'order' },
      value: expect.stringContaining('"user_id":"nobody"'),
    },
  });

  await page.getByRole('button', { name: 'Edit a copy' }).click();
  await sign(page);
  await dialog(page).getByLabel('The value, as JSON').fill(value);
  await dialog(page).getByLabel('Why').fill('the user is known');
  await dialog(page).getByRole('button', { name: 'Redrive 1 edited message' }).dblclick();
  await page.getByText('All is through: 1 event.').waitFor();
  await untilEffects(edited, 1);
  await page.getByText('"user_id": "nobody"').waitFor();
  expect(await done('edit-dead-letter')).toEqual([1]);
  const before = (await done('redrive-dead-letters')).length;
  bad.clear();
  await act(page, retried, 'Retry');
  await untilEffects(retried, 1, 2);
  expect(await done('redrive-dead-letters')).toHaveLength(before + 1);
  await act(page, discarded, 'Discard');
  await untilEffects(discarded, 2);
  expect(await done('discard-dead-letter')).toEqual([1]);

  await page.goto(`${ops.server}/dead-letters?consumer=${at.topic}`);
  await page.locator('.empty').waitFor();
  await page.getByLabel('State').selectOption('all');
  await letters.getByText('discarded').waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

const download = async (page: Page): Promise<unknown> => {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download as JSON' }).click();
  return JSON.parse(await readFile(await (await coming).path(), 'utf8'));
};

const act = async (page: Page, key: string, label: string) => {
  await page.goto(`${ops.server}/dead-letters?key=${key}`);
  await page.getByRole('link', { name: key }).click();
  await page.getByRole('button', { name: `${label} OrderPaid at ${at.topic}` }).click();
  if (label === 'Discard') await dialog(page).getByLabel('Why').fill('built by hand');
  await dialog(page)
    .getByRole('button', { name: `${label} 1 message` })
    .dblclick();
};

test('operations say who did what, and how far it is; schemas are listed without a registry', async () => {
  const { page, faults } = await open('/operations?operation=redrive-dead-letters');
  await page.getByRole('link', { name: 'redrive-dead-letters' }).first().waitFor();
  const tried = page.getByRole('link', { name: 'redrive-dead-letters, dry run' });
  expect(await tried.count()).toBe(0);
  await page.getByLabel('Dry runs').selectOption('shown');
  await tried.first().waitFor();
  expect(new URL(page.url()).searchParams.get('dry-runs')).toBe('shown');
  expect(await faultsOfLooks(page, 'operations')).toEqual([]);
  await page.getByRole('combobox', { name: 'What' }).selectOption('edit-dead-letter');
  await page.getByRole('link', { name: 'edit-dead-letter' }).first().waitFor();
  await page.getByRole('textbox', { name: 'Who' }).fill('nobody');
  await page.keyboard.press('Enter');
  await page.locator('.empty').waitFor();
  await page.getByRole('textbox', { name: 'Who' }).fill('anna');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: /^edit-dead-letter$/ }).click();
  await page.getByText('The edited value').waitFor();
  await page.getByText('All is through: 1 event.').waitFor();
  await page.getByText('the user is known').waitFor();
  expect(await faultsOfLooks(page, 'operation')).toEqual([]);
  await page.goto(`${ops.server}/schemas`);
  await page.getByRole('link', { name: 'loms.order-events-value' }).click();
  await page.getByText('loms.v1.OrderStatusChanged').first().waitFor();
  expect(await faultsOfLooks(page, 'schemas')).toEqual([]);
  expect(faults).toEqual([]);
  await page.context().close();
});
