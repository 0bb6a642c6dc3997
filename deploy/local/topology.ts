import { kafkaSecuritySettings } from '#platform/messaging/kafka/security.ts';
import {
  usesKafka,
  type DeploymentManifest,
  type ServiceManifest,
} from '#platform/base/manifest.ts';
import { topicOf } from '#platform/messaging/topics.ts';
import { outboxSources, services } from '../services.ts';
import { observeParts, observedEnv } from './observe-parts.ts';
import type { Part, ServicePart } from './part.ts';
import {
  deploymentPort,
  handedOnTo,
  portOf,
  redisUrlOf,
  registryUrlOf,
  replicasOf,
  type LocalSettings,
  type PortSetting,
  type Replica,
} from './settings.ts';

/** The parts that `make up` runs, sorted so that each comes after those it depends on. */
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
  if (settings.REDIS_URL === undefined && settings.REDIS === 'on') {
    parts.push({ kind: 'redis', name: 'redis', after: [], ports: ['REDIS_PORT'] });
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
    ...services.flatMap((service) => servicePartsOf(service, { settings, kafka, admin })),
    ...observeParts(settings),
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

/** The schema registry and the task that fills it. Nothing waits for them unless messages carry schema ids. */
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

interface Around {
  settings: LocalSettings;
  /** The variables with which a process reaches Kafka. */
  kafka: Env;
  /** An administrator's URL of the database. */
  admin: string;
}

/** The processes of a service, as its manifest describes them. */
const servicePartsOf = (service: ServiceManifest, around: Around): ServicePart[] => [
  ...replicasOf(service).map((replica) =>
    partOf({ ...replica, deployment: service.name, env: {} }, service, around),
  ),
  ...(service.deployments ?? []).map((each) => {
    const replica: Replica = { name: each.name, grpc: undefined, http: deploymentPort(each) };
    const env = consumedBy(each, service);
    return partOf({ ...replica, deployment: each.name, env }, service, around);
  }),
];

/** The group and the topic of a further deployment, in the settings that its service reads them from. */
const consumedBy = ({ group, event }: DeploymentManifest, { name }: ServiceManifest): Env => ({
  [`${name.toUpperCase()}_GROUP`]: group,
  [`${name.toUpperCase()}_TOPIC`]: topicOf(event),
});

const partOf = (
  { name, grpc, http, deployment, env }: Replica & { deployment: string; env: Env },
  service: ServiceManifest,
  around: Around,
): ServicePart => ({
  kind: 'service',
  name,
  deployment,
  after: afterOf(service, around.settings),
  ports: grpc === undefined ? [http] : [grpc, http],
  httpPort: http,
  entry: `services/${service.name}/main.ts`,
  env: {
    ...envOf(service, around),
    ...observedEnv(service, around.settings),
    ...env,
    HTTP_PORT: String(portOf(around.settings, http)),
    ...(grpc !== undefined && { GRPC_PORT: String(around.settings[grpc]) }),
    ...(name !== service.name && { REPLICA: name }),
  },
});

const afterOf = (service: ServiceManifest, settings: LocalSettings): string[] => {
  const { EVENT_ENCODING } = settings;
  const hasTables = service.schema !== undefined;
  const usesRedis = service.usesCache && redisUrlOf(settings) !== undefined;
  const needsSchemas = service.needsSchemaRegistry && EVENT_ENCODING === 'confluent';
  return [
    ...(hasTables ? ['postgres'] : []),
    ...(usesKafka(service) ? ['kafka'] : []),
    ...(usesRedis ? ['redis'] : []),
    ...(hasTables ? ['migrations'] : []),
    ...(usesKafka(service) ? ['topics'] : []),
    ...(needsSchemas ? ['schemas'] : []),
  ];
};

const envOf = (service: ServiceManifest, { settings, kafka, admin }: Around): Env => {
  const { schema, outboxesSetting, calls = {}, httpCalls = {} } = service;
  const { EVENT_ENCODING } = settings;
  const SCHEMA_REGISTRY_URL = registryUrlOf(settings);
  const REDIS_URL = redisUrlOf(settings);
  return {
    ...(schema !== undefined && { DATABASE_URL: asRole(admin, schema) }),
    ...(usesKafka(service) && kafka),
    ...(service.usesCache && REDIS_URL !== undefined && { REDIS_URL }),
    ...(outboxesSetting !== undefined && { [outboxesSetting]: outboxSources.join(',') }),
    ...(service.needsSchemaRegistry && {
      EVENT_ENCODING,
      ...(SCHEMA_REGISTRY_URL !== undefined && { SCHEMA_REGISTRY_URL }),
    }),
    ...Object.fromEntries(
      Object.entries(calls).map(([setting, name]) => [setting, urlOf(name, 'grpc', settings)]),
    ),
    ...Object.fromEntries(
      Object.entries(httpCalls).map(([setting, name]) => [setting, urlOf(name, 'http', settings)]),
    ),
    ...handedOnTo(settings, service),
  };
};

/** The address of a service's first replica. */
const urlOf = (name: string, kind: 'grpc' | 'http', settings: LocalSettings): string => {
  const called = services.find((each) => each.name === name);
  const [setting] = called === undefined ? [] : replicasOf(called).map((each) => each[kind]);
  if (setting === undefined) throw new Error(`No service ${name} has a port for ${kind}.`);
  return `http://127.0.0.1:${portOf(settings, setting)}`;
};

/** The database URL of a service's own role; in a development database the password equals the role's name. */
const asRole = (adminUrl: string, role: string): string => {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = role;
  return url.href;
};
