import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { loadTopics } from '#platform/messaging/topics.ts';
import { checkout } from './folders.ts';
import { secretNames } from '#platform/base/secret-files.ts';
import { services } from './services.ts';

const folders = readdirSync(join(checkout, 'services'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const defaultsOf = async (name: string): Promise<Map<string, unknown>> => {
  const module = (await import(join(checkout, 'services', name, 'config.ts'))) as {
    configSchema: { shape: Record<string, z.ZodType> };
  };
  return new Map(
    Object.entries(module.configSchema.shape).map(([setting, type]) => {
      const parsed = type.safeParse(undefined);
      return [setting, parsed.success ? parsed.data : undefined];
    }),
  );
};

test('each folder of services/ has a manifest with its name', () => {
  expect(services.map(({ name }) => name)).toEqual(folders.toSorted());
});

test('no two listen on the same port', () => {
  const ports = services.flatMap(({ ports: { grpc, http }, deployments = [] }) => [
    ...(grpc ? [grpc] : []),
    http,
    ...deployments.map(({ httpPort }) => httpPort),
  ]);
  expect(new Set(ports).size).toBe(ports.length);
});

test('each event that is consumed has a topic, and owners of topics are services', async () => {
  const { topics } = await loadTopics(join(checkout, 'deploy/topics.yaml'));
  const events = topics.map(({ event }) => event);
  for (const { consumers = [], deployments = [] } of services)
    for (const { event } of [...consumers, ...deployments]) expect(events).toContain(event);
  for (const { owner, publish } of topics) {
    const service = services.find(({ name }) => name === owner);
    expect([owner, service?.name]).toEqual([owner, owner]);
    if (publish !== undefined) expect([owner, service?.hasOutbox]).toEqual([owner, true]);
  }
});

test('each deployment has a name, and each consumer a group, of its own', () => {
  const deployments = services.flatMap((service) => service.deployments ?? []);
  const names = [...services, ...deployments].map(({ name }) => name);
  const consumers = services.flatMap((service) => service.consumers ?? []);
  const groups = [...consumers, ...deployments].map(({ group }) => group);
  for (const each of [names, groups]) expect(each).toEqual([...new Set(each)]);
});

test('each service that is called has a gRPC port', () => {
  for (const called of services.flatMap(({ calls = {} }) => Object.values(calls)))
    expect(services.find(({ name }) => name === called)).toHaveProperty('ports.grpc');
});

describe.each(services)('the settings of $name', ({ name, ports, ...manifest }) => {
  const { consumers = [], deployments = [], local, outboxesSetting } = manifest;
  const { calls = {}, httpCalls = {} } = manifest;
  let defaults: Map<string, unknown>;
  beforeAll(async () => {
    defaults = await defaultsOf(name);
  });

  test('have the ports and the groups of its manifest by default', () => {
    expect(defaults.get('HTTP_PORT')).toBe(ports.http);
    expect(defaults.get('GRPC_PORT')).toBe(ports.grpc);
    for (const { group } of consumers) expect([...defaults.values()]).toContain(group);
  });

  test('can come from files where they are secret', async () => {
    const module = (await import(join(checkout, 'services', name, 'config.ts'))) as {
      configSchema: z.ZodObject;
    };
    const secrets = [...defaults.keys()].filter((setting) =>
      /^(DATABASE|REDIS)_URL$|PASSWORD$|TOKEN$/.test(setting),
    );
    expect(secretNames(module.configSchema)).toEqual(secrets);
  });

  test('are there where the manifest names them', () => {
    const named = [
      ...Object.keys(calls),
      ...Object.keys(httpCalls),
      ...Object.keys(local?.settings ?? {}),
      ...(outboxesSetting === undefined ? [] : [outboxesSetting]),
      ...(manifest.schema === undefined ? [] : ['DATABASE_URL']),
      ...(manifest.usesCache === undefined ? [] : ['REDIS_URL', 'CACHE_TTL']),
      ...deployments.flatMap(() => ['GROUP', 'TOPIC'].map((it) => `${name.toUpperCase()}_${it}`)),
    ];
    for (const setting of named) expect([...defaults.keys()]).toContain(setting);
  });
});
