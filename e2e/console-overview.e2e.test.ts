import type { Browser, Page } from 'playwright-core';
import { openConsolePage, type ConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import type { TestProcess } from '../testing/engines/process.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';
import { startSystem, type StartedService, type System } from '../testing/publisher/system.ts';
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

const placeOrders = async (count: number): Promise<void> => {
  for (let order = 0; order < count; order += 1) {
    const response = await fetch(`${loms.url}/order/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: 1, items: [{ sku: 1076963, count: 1 }] }),
    });
    expect(response.status).toBe(200);
  }
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
  expect(stdout).toMatch(/^notifier on loms.order-events: Stable, \S+\/s, lag 0$/m);
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
