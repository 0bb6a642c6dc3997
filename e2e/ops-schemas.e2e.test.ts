import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { startSchemaRegistry, type SchemaRegistryServer } from '../deploy/local/schema-registry.ts';
import { createSchemaRegistry } from '#platform/messaging/schema-registry/client.ts';
import { loadEventSchemas } from '#platform/messaging/schema-registry/event-schemas.ts';
import { registerSchema } from '#platform/messaging/schema-registry/register.ts';
import { loadTopics } from '#platform/messaging/topics.ts';
import { createTestDatabase } from '../testing/engines/database.ts';
import { findFreePort } from '../testing/free-port.ts';
import { startOps, type RunningOps } from '../testing/ops/start-ops.ts';

// What ops and ./inorder say of schemas that a real registry keeps.

const subject = 'loms.order-events-value';
let folder: string;
let port: number;
let server: SchemaRegistryServer;
let ops: RunningOps;

const startRegistry = () =>
  startSchemaRegistry({
    dataDir: join(folder, 'data'),
    logFile: join(folder, 'registry.log'),
    port,
    isThrowAway: true,
    say: console.error,
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inorder-ops-schemas-'));
  port = await findFreePort();
  const database = await createTestDatabase();
  server = await startRegistry();
  ops = await startOps(database.urlFor('ops'), 'loms', { SCHEMA_REGISTRY_URL: server.url });
});
afterAll(async () => {
  await ops.kill();
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Registers the schema of a topic as it is, and another version of it with one field more. */
const registerTwo = async (): Promise<void> => {
  const registry = createSchemaRegistry({ url: server.url, timeoutMs: 10_000 });
  const { topics } = await loadTopics('deploy/topics.yaml');
  const { schema } = (await loadEventSchemas(topics)).find((each) => each.subject === subject)!;
  await registerSchema(registry, subject, schema);
  const properties = { ...(schema['properties'] as JsonObject), channel: { type: 'string' } };
  await registerSchema(registry, subject, { ...schema, properties });
};

test('an empty registry has no subjects', async () => {
  expect(await ops.json('schemas')).toEqual({ source: 'registry', subjects: [] });
  expect(await ops.inorder('schemas', 'show', subject)).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/schema-not-found.*there is: none/),
  });
});

test('the subjects of the registry, their versions and how two of them differ', async () => {
  await registerTwo();
  expect(await ops.json('schemas')).toEqual({
    source: 'registry',
    subjects: [
      { subject, topic: 'loms.order-events', versions: [1, 2], compatibility: 'BACKWARD' },
    ],
  });
  const { stdout } = await ops.inorder('schemas');
  expect(stdout).toMatch(/^loms\.order-events-value +loms\.order-events +1 2 +BACKWARD$/m);
  const compared = await ops.json('schemas', 'diff', subject);
  const differences = [{ says: expect.stringContaining('channel'), is_breaking: false }];
  expect(compared).toMatchObject({ subject, from: 1, to: 2, differences });
  expect(await ops.json('schemas', 'diff', subject, '--from', '1', '--to', '2')).toEqual(compared);
  // the other way round a field is gone
  const back = (await ops.inorder('schemas', 'diff', subject, '--from', '2', '--to', '1')).stdout;
  expect(back).toMatch(/^From version 2 to 1 of loms\.order-events-value:\n {2}breaks: .*channel/);
  const first = await ops.inorder('schemas', 'diff', subject, '--to', '1');
  expect(first.stdout).toBe(`Version 1 of ${subject} is the first one.\n`);
});

test('each version is shown as it was registered', async () => {
  const shown = async (...args: string[]) =>
    JSON.parse((await ops.inorder('schemas', 'show', subject, ...args)).stdout) as JsonObject;
  expect(await shown()).toMatchObject({ properties: { channel: { type: 'string' } } });
  const first = await shown('--version', '1');
  expect(first).toMatchObject({ title: 'loms.v1.OrderStatusChanged' });
  expect(first).not.toHaveProperty('properties.channel');
  expect(await ops.inorder('schemas', 'show', subject, '--version', '3')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/schema-not-found.*there is: 1, 2/),
  });
});

test('while the registry is away this is said, and it comes back by itself', async () => {
  await server.stop();
  for (const args of [['schemas'], ['schemas', 'diff', subject]])
    expect(await ops.inorder(...args)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/registry-away.*No schema registry answers/),
    });
  expect((await fetch(`${ops.server}/ops/schemas`)).status).toBe(503);
  expect((await fetch(`${ops.server}/readyz`)).status).toBe(200);
  server = await startRegistry();
  expect(await ops.json('schemas')).toMatchObject({ subjects: [{ versions: [1, 2] }] });
});
