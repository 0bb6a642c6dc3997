import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';
import { startSchemaRegistry, type SchemaRegistryServer } from '../deploy/local/schema-registry.ts';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { registerSchema } from '#platform/messaging/schema-registry/register.ts';
import { openConsolePage } from '../testing/browser/console-page.ts';
import { faultsOfLooks } from '../testing/browser/looks.ts';
import { openBrowser } from '../testing/browser/open-browser.ts';
import { findFreePort } from '../testing/free-port.ts';
import { waitFor } from '../testing/wait-for.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { flawless } from '../testing/checker/compare.ts';
import { startProcess, type TestProcess } from '../testing/engines/process.ts';
import { readMessages } from '../testing/ops/read-messages.ts';
import { startOps } from '../testing/ops/start-ops.ts';
import { startSystem, topic, type System } from '../testing/publisher/system.ts';

const subject = `${topic}-value`;
let folder: string;
let port: number;
let server: SchemaRegistryServer;
let system: System;
let publisher: TestProcess | undefined;

const startRegistry = async () => {
  const files = { dataDir: join(folder, 'data'), logFile: join(folder, 'registry.log') };
  server = await startSchemaRegistry({ ...files, port, isThrowAway: true, say: console.error });
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-registry-'));
  port = await findFreePort();
  await startRegistry();
  system = await startSystem();
});
afterAll(async () => {
  publisher?.kill('SIGKILL');
  await publisher?.exit;
  await system.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

const registry = () => createSchemaRegistry({ url: server.url, timeoutMs: 10_000 });

const runInit = async (env: Record<string, string> = {}) => {
  const init = startProcess({
    name: 'schemas',
    entry: 'deploy/register-schemas.ts',
    env: { SCHEMA_REGISTRY_URL: server.url, ...env },
  });
  const { code } = await init.exit;
  return { code, output: init.lines.join('\n') };
};

test('the init step registers what is missing, once', async () => {
  const first = await runInit();
  expect(first.output).toMatch(`${subject}: version 1, id `);
  expect(first).toMatchObject({
    code: 0,
    output: expect.stringContaining(', registered, BACKWARD'),
  });
  expect((await runInit()).output).toContain(', exists, BACKWARD');
  expect(await registry().listSubjects()).toContain(subject);
  expect(await registry().findCompatibility(subject)).toBe('BACKWARD');
});

test('while no registry answers the init step goes on in json, and stops in confluent', async () => {
  const away = {
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${await findFreePort()}`,
    SCHEMA_REGISTRY_WAIT_MS: '1',
  };
  const json = await runInit(away);
  expect(json).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^WARNING: No schema registry answers at .* registers them\.$/),
  });
  const confluent = await runInit({ ...away, EVENT_ENCODING: 'confluent' });
  expect(confluent).toMatchObject({
    code: 1,
    output: expect.stringContaining('No schema registry answers'),
  });
});

const otherSubject = async (name: string) => {
  const { topics } = await loadTopics('deploy/topics.yaml');
  const [first] = await loadEventSchemas(topics);
  const manifest = join(folder, `${name}.yaml`);
  const text = `profiles: { local: { replication: 1, min_insync: 1 }, cluster: { replication: 1, min_insync: 1 } }
topics: [{ name: ${name}, owner: loms, event: loms.v1.OrderStatusChanged, partitions: 1, retention: 1d }]`;
  await writeFile(manifest, text);
  const schema = first!.schema;
  const properties = schema['properties'] as JsonObject;
  return { subject: `${name}-value`, schema, properties, env: { TOPICS_FILE: manifest } };
};

test('a schema that cannot follow the one there is stops the init step, in words', async () => {
  const other = await otherSubject('other');
  const { properties } = other;
  await registerSchema(registry(), other.subject, {
    ...other.schema,
    properties: { ...properties, order_id: { type: 'string' }, channel: { type: 'string' } },
  });
  const { code, output } = await runInit(other.env);
  expect(code).toBe(1);
  expect(output).toContain('other-value: events of version 1 would not fit the schema of now:');
  expect(output).toContain('  - field order_id: type string → integer');
  expect(output).toContain('  - field channel: is gone');
  expect(output).toContain('add an optional field beside it');
  expect(await registry().findLatest(other.subject)).toMatchObject({ version: 1 });
});

test('a field may be added, also where the registry cannot compare this draft itself', async () => {
  const next = await otherSubject('next');
  await runInit(next.env);
  const schema = {
    ...next.schema,
    properties: { ...next.properties, channel: { type: 'string' } },
  };
  const added = await registerSchema(registry(), next.subject, schema);
  expect(added).toMatchObject({ result: 'registered', version: 2, isJudged: false });
  expect(await registry().findCompatibility(next.subject)).toBe('BACKWARD');
  // a rollback to the previous code needs no new version
  expect((await runInit(next.env)).output).toContain('version 1, id');
});

test('the page of ops shows the versions of a subject, and how two of them differ in words', async () => {
  const env = { KAFKA_BROKERS: system.brokers, SCHEMA_REGISTRY_URL: server.url };
  const [ops, browser] = await Promise.all([
    startOps(system.database.urlFor('ops'), 'loms', env),
    openBrowser(),
  ]);
  try {
    const at = { server: ops.server, path: '/schemas' };
    const { page, faults } = await openConsolePage(browser, at);
    page.setDefaultTimeout(60_000);
    const row = page.getByRole('row', { name: /^next-value/ });
    await row.getByRole('cell', { name: '1, 2' }).waitFor();
    await row.getByRole('cell', { name: 'BACKWARD' }).waitFor();
    await row.getByRole('link').click();
    await page.getByText('From version 1 to 2:').waitFor();
    await page.getByText('new field channel: string, optional').waitFor();
    expect(await faultsOfLooks(page, 'schema-differences')).toEqual([]);
    await page.getByLabel('To version').selectOption('1');
    await page.getByText('Version 1 is the first one.').waitFor();
    await page.getByLabel('From version').selectOption('2');
    await page.getByText('From version 2 to 1:').waitFor();
    await page.getByText('field channel: is gone (breaks: earlier events do not fit)').waitFor();
    expect(faults).toEqual([]);
  } finally {
    await Promise.all([ops.kill(), browser.close()]);
  }
});

test('where the registry can compare, it is asked too', async () => {
  const draft = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' };
  await registerSchema(registry(), 'judged-value', draft);
  const dependent = { ...draft, dependencies: { a: ['b'] } };
  await expect(registerSchema(registry(), 'judged-value', dependent)).rejects.toThrow(
    'The schema registry answered 409: ',
  );
  const described = { ...draft, description: 'd' };
  const next = await registerSchema(registry(), 'judged-value', described);
  expect(next).toMatchObject({ version: 2, isJudged: true });
});

const placeOrders = async (url: string, count: number) => {
  for (let i = 0; i < count; i += 1) {
    const { ok } = await fetch(`${url}/order/create`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"user_id":1,"items":[{"sku":1625903,"count":1}]}',
    });
    expect(ok).toBe(true);
  }
};

const startPublisher = async () => {
  const httpPort = await findFreePort();
  publisher = startProcess({
    name: 'publisher',
    entry: 'services/outbox-publisher/main.ts',
    env: {
      DATABASE_URL: system.database.urlFor('publisher'),
      KAFKA_BROKERS: system.brokers,
      OUTBOX_SOURCES: 'loms',
      HTTP_PORT: String(httpPort),
      EVENT_ENCODING: 'confluent',
      SCHEMA_REGISTRY_URL: server.url,
    },
  });
  return async () => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/readyz`);
    return { status: response.status, text: await response.text() };
  };
};

const unsent = () => system.query('SELECT FROM loms.outbox WHERE sent_at IS NULL');

/** Decodes the messages with Confluent's client and no knowledge of this project. */
const decodeAll = async () => {
  const ajvInstance = new Ajv2020();
  formats.default(ajvInstance);
  ajvInstance.addFormat('uint32', true);
  const client = new SchemaRegistry({ host: server.url }, { [SchemaType.JSON]: { ajvInstance } });
  const messages = await readMessages(system.brokers, topic);
  return Promise.all(
    messages.map(async ({ value, headers, key }) => ({
      key,
      headers,
      first: value[0],
      event: (await client.decode(value)) as { order_id: number; event_id: string },
    })),
  );
};

test('in confluent nothing goes before the schemas are known, and all goes on when the registry is gone later', async () => {
  const { url } = await system.startLoms();
  const notifier = await system.startNotifier('notifier');
  await server.stop();
  await placeOrders(url, 5);
  const readyz = await startPublisher();
  const isWaiting = async () => (await readyz()).text.includes('No schema registry answers');
  await waitFor(isWaiting, { what: 'the publisher to say why it waits' });
  expect((await readyz()).status).toBe(503);
  expect(await unsent()).toHaveLength(10);

  await startRegistry();
  await system.drained(60_000);
  expect((await readyz()).status).toBe(200);
  const decoded = await decodeAll();
  expect(decoded).toHaveLength(10);
  const latest = await registry().findLatest(subject);
  for (const { key, headers, first, event } of decoded) {
    expect(first).toBe(0);
    expect([String(event.order_id), event.event_id]).toEqual([key, headers['ce_id']]);
    expect(headers['ce_dataschema']).toBe(`${server.url}/schemas/ids/${latest?.id}`);
  }

  await server.stop();
  await placeOrders(url, 5);
  await system.drained();
  expect((await readyz()).status).toBe(200);
  expect(await system.compare()).toMatchObject({ ...flawless, events: 20 });
  const isSaid = () => notifier.lines.filter((line) => line.includes('"msg":"event"')).length >= 20;
  await waitFor(isSaid, { what: '20 events in the log' });
  expect(notifier.lines.filter((line) => line.includes('poison'))).toEqual([]);
  await startRegistry();
  expect(await publisher?.stop()).toEqual({ code: 0, signal: null });
});
