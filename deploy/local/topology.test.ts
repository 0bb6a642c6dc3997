import { topicOf } from '#platform/messaging/topics.ts';
import { loadSettings } from './settings.ts';
import { topologyOf } from './topology.ts';

const partsOf = (env: Record<string, string>) =>
  new Map(topologyOf(loadSettings(env)).map((part) => [part.name, part]));

test('each part comes after parts that are listed before it', () => {
  const seen = new Set<string>();
  for (const { name, after } of partsOf({}).values()) {
    for (const earlier of after) expect(seen).toContain(earlier);
    seen.add(name);
  }
});

test('engines given from outside are used and not started', () => {
  const parts = partsOf({
    DATABASE_URL: 'postgres://boss:secret@db.example:6000/shop',
    KAFKA_BROKERS: 'kafka.example:9092',
  });
  expect([...parts.keys()]).not.toContain('postgres');
  expect([...parts.keys()]).not.toContain('kafka');
  expect(parts.get('migrations')).toHaveProperty(
    'env.DATABASE_URL',
    'postgres://boss:secret@db.example:6000/shop',
  );
  expect(parts.get('loms')).toHaveProperty(
    'env.DATABASE_URL',
    'postgres://loms:loms@db.example:6000/shop',
  );
  expect(parts.get('notifier-1')).toHaveProperty('env.KAFKA_BROKERS', 'kafka.example:9092');
});

test('a further deployment of a service is a process with a group, a topic and a port of its own', () => {
  const parts = partsOf({ PVZ_NOTIFIER_HTTP_PORT: '7003' });
  expect(parts.get('pvz-notifier')).toMatchObject({
    deployment: 'pvz-notifier',
    after: ['kafka', 'topics'],
    entry: 'services/notifier/main.ts',
    httpPort: 'PVZ_NOTIFIER_HTTP_PORT',
    env: {
      NOTIFIER_GROUP: 'pvz-notifier',
      NOTIFIER_TOPIC: topicOf('pvz.v1.OrderEvent'),
      HTTP_PORT: '7003',
      REPLICA: 'pvz-notifier',
    },
  });
  expect(parts.get('notifier-1')).not.toHaveProperty('env.NOTIFIER_GROUP');
});

test('nobody waits for the schema registry while events are plain JSON', () => {
  const parts = partsOf({});
  expect(parts.get('schema-registry')).toHaveProperty('isAside', true);
  expect(parts.get('schemas')).toHaveProperty('isAside', true);
  for (const { name, after } of parts.values())
    expect([name, after.includes('schemas')]).toEqual([name, false]);
  expect(parts.get('outbox-publisher')).toHaveProperty(
    'env.SCHEMA_REGISTRY_URL',
    'http://127.0.0.1:8085/apis/ccompat/v7',
  );
});

test('where the ids of schemas go into messages, the publisher comes after them', () => {
  const parts = partsOf({ EVENT_ENCODING: 'confluent' });
  expect(parts.get('schema-registry')).toHaveProperty('isAside', false);
  expect(parts.get('outbox-publisher')?.after).toContain('schemas');
});

test('the schema registry can be left out, or come from outside', () => {
  const without = partsOf({ SCHEMA_REGISTRY: 'off' });
  expect([...without.keys()]).not.toContain('schema-registry');
  expect([...without.keys()]).not.toContain('schemas');
  expect(without.get('outbox-publisher')).not.toHaveProperty('env.SCHEMA_REGISTRY_URL');
  const outside = partsOf({ SCHEMA_REGISTRY_URL: 'http://registry.example' });
  expect([...outside.keys()]).not.toContain('schema-registry');
  expect(outside.get('schemas')).toHaveProperty(
    'env.SCHEMA_REGISTRY_URL',
    'http://registry.example',
  );
});

test('order calls inventory and payment where they listen', () => {
  const parts = partsOf({ INVENTORY_GRPC_PORT: '7001', PAYMENT_GRPC_PORT: '7002' });
  expect(parts.get('inventory')).toHaveProperty('env.GRPC_PORT', '7001');
  expect(parts.get('payment')).toHaveProperty('env.GRPC_PORT', '7002');
  expect(parts.get('order')).toMatchObject({
    env: { INVENTORY_URL: 'http://127.0.0.1:7001', PAYMENT_URL: 'http://127.0.0.1:7002' },
  });
});

test('Redis can be left out, or come from outside', () => {
  expect(partsOf({}).get('redis')).toMatchObject({ after: [], ports: ['REDIS_PORT'] });
  expect(partsOf({}).get('inventory')).toMatchObject({
    after: ['postgres', 'redis', 'migrations'],
    env: { REDIS_URL: 'redis://127.0.0.1:16379' },
  });
  const without = partsOf({ REDIS: 'off' });
  expect([...without.keys()]).not.toContain('redis');
  expect(without.get('inventory')).not.toHaveProperty('env.REDIS_URL');
  const outside = partsOf({ REDIS_URL: 'redis://cache.example' });
  expect([...outside.keys()]).not.toContain('redis');
  expect(outside.get('inventory')).toHaveProperty('env.REDIS_URL', 'redis://cache.example');
});
