import { ConfigResourceTypes } from 'kafkajs';
import type { Browser, Page } from 'playwright-core';
import { openConsolePage, type ConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { createTestKafka } from '../testing/kafka-topic.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import {
  startSystem,
  topic,
  type StartedService,
  type System,
} from '../testing/publisher/system.ts';
import { waitFor } from '../testing/wait-for.ts';

// The overview of a real system: loms, a publisher, three notifiers on two partitions.

let system: System;
let browser: Browser;
let loms: StartedService;
let ops: RunningOps;
let notifiers: TestProcess[];

beforeAll(async () => {
  [system, browser] = await Promise.all([startSystem(), openBrowser()]);
  [ops, loms, ...notifiers] = await Promise.all([
    startOps(system.database.urlFor('ops'), 'loms,order', { KAFKA_BROKERS: system.brokers }),
    system.startLoms(),
    system.startNotifier('n1'),
    system.startNotifier('n2'),
    system.startNotifier('n3'),
  ]);
  await system.startPublisher('p1', { OUTBOX_SOURCES: 'loms,order' });
});
afterAll(async () => {
  await Promise.all([browser.close(), ops.kill()]);
  await system.close();
});

interface Group {
  group: string;
  state: string;
  lag?: string;
  known: { unknownSince?: string; error: string };
  members: { clientId: string; partitions: number[] }[];
}
interface Overview {
  problems: { says: string }[];
  sources: { source: string; known: object; createdPerSecond?: number }[];
  publishers: { owned: { source: string; buckets: number }[] }[];
  topics: {
    topic: string;
    known: { unknownSince?: string };
    partitions: { endOffset?: string }[];
  }[];
  groups: Group[];
}

const overview = async (): Promise<Overview> => {
  const response = await fetch(`${ops.server}/ops.v1.OpsService/GetOverview`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  return ((await response.json()) as { overview: Overview }).overview;
};

const call = async (path: string, request: object): Promise<Record<string, unknown>> => {
  const response = await fetch(`${loms.url}/order/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, unknown>;
};
const placeOrders = async (count: number): Promise<void> => {
  for (let order = 0; order < count; order += 1)
    await call('create', { user_id: 1, items: [{ sku: 1076963, count: 1 }] });
};

test('the members of the group and their partitions, what they have handled, who publishes', async () => {
  await placeOrders(20);
  const { groups, ...rest } = await waitFor(
    async () => {
      const found = await overview();
      const group = found.groups.find((each) => each.group === 'notifier');
      const shares = group?.members.map(({ partitions }) => partitions.length).toSorted();
      const topic = found.topics.find((each) => each.topic === 'loms.order-events');
      const end = topic?.partitions.reduce((sum, { endOffset }) => sum + Number(endOffset), 0);
      return end === 40 && group?.lag === '0' && shares?.join() === '0,1,1' && found;
    },
    { what: 'the notifiers to share the partitions and to be through' },
  );
  expect(groups[0]?.members.map(({ clientId }) => clientId)).toEqual([
    'notifier n1',
    'notifier n2',
    'notifier n3',
  ]);
  const owned = ['loms', 'order'].map((source) => ({ source, buckets: 64 }));
  expect(rest).toMatchObject({ publishers: [{ owned }], problems: [] });
});

test('the command line prints the same', async () => {
  const { code, stdout } = await ops.inorder('overview');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Everything flows. There is nothing to do.$/m);
  expect(stdout).toMatch(/^loms +\S+ +\S+ +0 +- +0 +0$/m);
  expect(stdout).toMatch(/^publisher \S+, lease .* old; buckets: loms 64, order 64$/m);
  expect(stdout).toMatch(/^loms.order-events +\S+ +0:\d+ 1:\d+$/m);
  expect(stdout).toMatch(/^notifier on loms.order-events: Stable, \S+\/s handled, lag 0$/m);
  expect(stdout.match(/^ {2}notifier n\d \(\S+\) (has p[01]|stands by)$/gm)).toHaveLength(3);
});

const memberLines = (page: Page) =>
  page
    .getByRole('list', { name: 'Members of notifier' })
    .getByRole('listitem')
    .evaluateAll((items) =>
      items.map((item) =>
        (item as unknown as { innerText: string }).innerText.replace(/\s+/g, ' '),
      ),
    );

const partitionLines = (page: Page) =>
  page
    .getByRole('list', { name: 'Partitions of loms.order-events' })
    .getByRole('listitem')
    .allInnerTexts();
const endOffsets = (lines: readonly string[]) =>
  lines.reduce((sum, line) => sum + Number(line.split(/\s+/)[1]), 0);

let shown: ConsolePage;

test('the page shows the same, live, in light, dark and narrow', async () => {
  shown = await openConsolePage(browser, { server: ops.server });
  const { page } = shown;
  await page.getByText('Everything flows.').waitFor();
  const lines = await waitFor(
    async () => {
      const found = await memberLines(page);
      return found.length === 3 && found;
    },
    { what: 'three members on the page' },
  );
  expect(lines.filter((line) => line.endsWith('stands by'))).toHaveLength(1);
  await placeOrders(30);
  await waitFor(async () => endOffsets(await partitionLines(page)) === 100, {
    what: 'the events of 50 orders',
  });
  expect(await faultsOfLooks(page, 'overview')).toEqual([]);
});

/** The greatest record batch that the topic takes. */
const setMaxMessageBytes = async (bytes: number) => {
  const admin = createTestKafka(system.brokers).admin();
  await admin.connect();
  const configEntries = [{ name: 'max.message.bytes', value: String(bytes) }];
  const resource = { type: ConfigResourceTypes.TOPIC, name: topic, configEntries };
  await admin.alterConfigs({ validateOnly: false, resources: [resource] });
  await admin.disconnect();
};
/** An order of so many articles that each of its events is larger than 5,000 bytes; it is paid. */
const placeLargeOrder = async (): Promise<string> => {
  const skus = Array.from({ length: 250 }, (_, at) => 9_000_000_000 + at);
  await system.query(
    'INSERT INTO loms.stocks SELECT sku, 100, 0 FROM unnest($1::bigint[]) AS s(sku) ON CONFLICT DO NOTHING',
    [skus],
  );
  const items = skus.map((sku) => ({ sku, count: 1 }));
  const { order_id: id } = await call('create', { user_id: 1, items });
  await call('pay', { order_id: id });
  return String(id);
};
/** The sequences of an order's events as the notifiers have written them, in the order of their lines. */
const notified = (key: string): string =>
  notifiers
    .flatMap(({ lines }) => lines.filter((line) => line.includes(`"key":"${key}"`)))
    .map((line) => JSON.parse(line) as { sequence: number; msg: string })
    .map(({ sequence, msg }) => `${String(sequence)} ${msg}`)
    .join();

test('orders whose events are too large are found from here, say why, and go on from their pages', async () => {
  await setMaxMessageBytes(5_000);
  const [redriven, discarded] = [await placeLargeOrder(), await placeLargeOrder()];
  const { page, faults } = await openConsolePage(browser, { server: ops.server });
  const problem = page.locator('.says', { hasText: '2 events of loms could not be sent' });
  await problem.getByText('2 orders wait behind').waitFor();
  expect(await faultsOfLooks(page, 'overview-blocked')).toEqual([]);
  await problem.getByRole('link', { name: 'Show them' }).click();
  await page.getByText('2 orders of loms have an event that cannot be sent').waitFor();
  await page.getByRole('link', { name: redriven, exact: true }).click();
  await page
    .getByText(/sequence 1\) is not sent: FAILED after 5 attempts: message-too-large/)
    .waitFor();
  await page.getByText(/It is larger than its topic takes \(max\.message\.bytes\)/).waitFor();
  await page.getByText('waits behind 1: message-too-large').nth(1).waitFor();
  expect(await faultsOfLooks(page, 'order-too-large')).toEqual([]);
  // others are not held up
  await placeOrders(1);
  expect([notified(redriven), notified(discarded)]).toEqual(['', '']);

  await setMaxMessageBytes(1_048_588);
  await page.getByRole('button', { name: 'Redrive the failed events of loms' }).click();
  const dialog = page.getByRole('dialog');
  const says = `1 failed event of order ${redriven} (loms) will be sent again, and 2 events that wait behind.`;
  await dialog.getByText(says).waitFor();
  await dialog.getByLabel('Your name').fill('anna');
  await dialog.getByRole('button', { name: 'Redrive 3 events' }).dblclick();
  await page.getByText('All is through: 3 events.').waitFor();
  await waitFor(() => notified(redriven) === '1 event,2 event,3 event', {
    what: 'the notifier to handle it in order',
  });

  await page.getByRole('searchbox').fill(discarded);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Discard OrderStatusChanged 1' }).click();
  await dialog.getByText('2 events behind it will go on.').waitFor();
  expect(await faultsOfLooks(page, 'order-discard')).toEqual([]);
  await dialog.getByLabel('Why').fill('refunded by hand');
  await dialog.getByRole('button', { name: 'Discard OrderStatusChanged 1' }).dblclick();
  await page.getByText('given up by anna').waitFor();
  await page.getByText('All is through: 2 events.').waitFor();
  await waitFor(() => notified(discarded) === '2 event,3 event', { what: 'the rest to go on' });
  const done = await system.query(
    'SELECT actor, operation, affected_rows AS rows FROM ops.operations WHERE NOT dry_run ORDER BY id',
  );
  expect(done).toEqual([
    { actor: 'anna', operation: 'redrive', rows: 3 },
    { actor: 'anna', operation: 'discard', rows: 3 },
  ]);
  expect(faults).toEqual([]);
  await page.context().close();
});

test('after kill -9 of a notifier the one that stood by has its partition, on the page', async () => {
  const { page } = shown;
  const busy = (await memberLines(page)).find((line) => /n\d p[01]/.test(line)) ?? '';
  const [, name = '', partition = ''] = /(n\d) (p[01])/.exec(busy) ?? [];
  notifiers.find((each) => each.name === name)?.kill('SIGKILL');
  await waitFor(
    async () => {
      const lines = await memberLines(page);
      const heir = lines.find((line) => line.includes(` ${partition}`) && !line.includes(name));
      return lines.length === 2 && heir !== undefined;
    },
    { what: `another one to have partition ${partition}` },
  );
});

test('while Kafka is away its figures are unknown, not old ones, and they come back', async () => {
  const { page } = shown;
  system.broker().kill('SIGKILL');
  await system.broker().exited;
  await page.getByText(/The figures of topics and consumers are unknown/).waitFor();
  expect(await page.getByRole('list', { name: 'Members of notifier' }).count()).toBe(0);
  expect(await page.getByText('unknown since').count()).toBeGreaterThan(2);
  expect(await faultsOfLooks(page, 'overview-kafka-away')).toEqual([]);
  await system.startBroker();
  await page.getByText('Everything flows.').waitFor({ timeout: 120_000 });
  await page.getByRole('list', { name: 'Members of notifier' }).waitFor({ timeout: 120_000 });
});

test('when ops is gone the page says since when, and goes on by itself when it is back', async () => {
  const { page, faults } = shown;
  const { port } = new URL(ops.server);
  await ops.kill();
  await page.getByText(/^Connection lost since/).waitFor();
  ops = await startOps(system.database.urlFor('ops'), 'loms,order', {
    KAFKA_BROKERS: system.brokers,
    HTTP_PORT: port,
  });
  await page.getByText(/^Connection lost since/).waitFor({ state: 'detached', timeout: 120_000 });
  await page.getByText('Everything flows.').waitFor();
  expect(faults).toEqual([]);
});
