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
