import { kafkaSecuritySettings } from '#platform/messaging/kafka/security.ts';
import { outboxSources } from '../outbox-sources.ts';
import type { Part, ServicePart } from './part.ts';
import { registryUrlOf, type LocalSettings, type PortSetting } from './settings.ts';
import { yardParts } from './yard-parts.ts';

/** What `make up` runs, in the order in which the parts need each other. */
export const topologyOf = (settings: LocalSettings): Part[] => {
  const admin =
    settings.DATABASE_URL ??
    `postgres://postgres:postgres@127.0.0.1:${settings.POSTGRES_PORT}/inorder`;
  const kafka = kafkaEnvOf(settings);
  const parts: Part[] = [];
  if (settings.DATABASE_URL === undefined) {
    parts.push({ kind: 'postgres', name: 'postgres', after: [], ports: ['POSTGRES_PORT'] });
  }
  if (settings.KAFKA_BROKERS === undefined) {
    const ports: PortSetting[] = ['KAFKA_PORT', 'KAFKA_CONTROLLER_PORT'];
    parts.push({ kind: 'kafka', name: 'kafka', after: [], ports });
  }
  parts.push(
    ...registryParts(settings),
    {
      kind: 'task',
      name: 'migrations',
      after: ['postgres'],
      ports: [],
      entry: 'deploy/migrate.ts',
      env: { DATABASE_URL: admin },
    },
    {
      kind: 'task',
      name: 'topics',
      after: ['kafka'],
      ports: [],
      entry: 'deploy/create-topics.ts',
      env: kafka,
    },
    {
      kind: 'service',
      name: 'loms',
      after: ['postgres', 'migrations'],
      ports: ['LOMS_GRPC_PORT', 'LOMS_HTTP_PORT'],
      httpPort: 'LOMS_HTTP_PORT',
      entry: 'services/loms/main.ts',
      env: {
        DATABASE_URL: asRole(admin, 'loms'),
        GRPC_PORT: String(settings.LOMS_GRPC_PORT),
        PAYMENT_TIMEOUT: settings.PAYMENT_TIMEOUT,
      },
    },
    ...yardParts({ settings, kafka, databaseUrlOf: (role) => asRole(admin, role) }),
    publisherPart(settings, { DATABASE_URL: asRole(admin, 'publisher'), ...kafka }),
    opsPart(settings, asRole(admin, 'ops')),
    notifier('notifier-1', 'NOTIFIER_1_HTTP_PORT', kafka),
    notifier('notifier-2', 'NOTIFIER_2_HTTP_PORT', kafka),
    notifier('notifier-3', 'NOTIFIER_3_HTTP_PORT', kafka),
  );
  return parts;
};

type Env = Readonly<Record<string, string>>;

const kafkaEnvOf = (settings: LocalSettings): Env => {
  const names = Object.keys(kafkaSecuritySettings) as (keyof typeof kafkaSecuritySettings)[];
  const security = names.flatMap((name) => {
    const value = settings[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const KAFKA_BROKERS = settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`;
  return { KAFKA_BROKERS, ...Object.fromEntries(security) };
};

/** A catalogue that nobody waits for, unless the ids of schemas go into the messages. */
const registryParts = (settings: LocalSettings): Part[] => {
  const SCHEMA_REGISTRY_URL = registryUrlOf(settings);
  if (SCHEMA_REGISTRY_URL === undefined) return [];
  const { EVENT_ENCODING } = settings;
  const isAside = EVENT_ENCODING === 'json';
  const task: Part = {
    ...{ kind: 'task', name: 'schemas', after: ['schema-registry'], ports: [], isAside },
    entry: 'deploy/register-schemas.ts',
    env: { SCHEMA_REGISTRY_URL, EVENT_ENCODING },
  };
  if (settings.SCHEMA_REGISTRY_URL !== undefined) return [task];
  const ports: PortSetting[] = ['SCHEMA_REGISTRY_PORT'];
  const name = 'schema-registry';
  return [{ kind: 'schema-registry', name, after: [], ports, isAside }, task];
};

const publisherPart = (
  settings: LocalSettings,
  env: Readonly<Record<string, string>>,
): ServicePart => {
  const SCHEMA_REGISTRY_URL = registryUrlOf(settings);
  const { EVENT_ENCODING } = settings;
  return {
    kind: 'service',
    name: 'outbox-publisher',
    after: [
      ...['postgres', 'kafka', 'migrations', 'topics'],
      ...(EVENT_ENCODING === 'confluent' ? ['schemas'] : []),
    ],
    ports: ['PUBLISHER_HTTP_PORT'],
    httpPort: 'PUBLISHER_HTTP_PORT',
    entry: 'services/outbox-publisher/main.ts',
    env: {
      ...{ ...env, OUTBOX_SOURCES: outboxSources.join(','), EVENT_ENCODING },
      ...(SCHEMA_REGISTRY_URL !== undefined && { SCHEMA_REGISTRY_URL }),
    },
  };
};

const opsPart = (settings: LocalSettings, DATABASE_URL: string): ServicePart => ({
  kind: 'service',
  name: 'ops',
  after: ['postgres', 'migrations'],
  ports: ['OPS_GRPC_PORT', 'OPS_HTTP_PORT'],
  httpPort: 'OPS_HTTP_PORT',
  entry: 'services/ops/main.ts',
  env: {
    DATABASE_URL,
    OPS_SOURCES: outboxSources.join(','),
    GRPC_PORT: String(settings.OPS_GRPC_PORT),
  },
});

const notifier = (name: string, httpPort: PortSetting, kafka: Env): ServicePart => ({
  kind: 'service',
  name,
  after: ['kafka', 'topics'],
  ports: [httpPort],
  httpPort,
  entry: 'services/notifier/main.ts',
  env: { ...kafka, REPLICA: name },
});

/** Each service logs in as itself; on a development database its password is its name. */
const asRole = (adminUrl: string, role: string): string => {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = role;
  return url.href;
};
