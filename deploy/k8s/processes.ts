import { join } from 'node:path';
import { usesKafka, type ConsumerManifest, type ServiceManifest } from '#platform/base/manifest.ts';
import { loadTopics, topicOf } from '#platform/messaging/topics.ts';
import { checkout } from '../folders.ts';
import { outboxSources, services } from '../services.ts';
import { kafka, postgres, redis, secretsFolder } from './places.ts';

/** What one Deployment runs: a service, or a further deployment of it. */
export interface Process {
  readonly name: string;
  readonly service: ServiceManifest;
  readonly ports: { readonly grpc?: number; readonly http: number };
  readonly consumers: readonly ConsumerManifest[];
  readonly env: Readonly<Record<string, string>>;
}

export type Env = Readonly<Record<string, string>>;

/** How a process reaches Kafka: over TLS, as a user of its own, whose password Strimzi keeps in a Secret. */
export const kafkaEnv = (name: string): Env => ({
  KAFKA_BROKERS: `${kafka.host}:${kafka.port}`,
  KAFKA_TLS: 'on',
  KAFKA_TLS_CA_FILE: `${secretsFolder}/${kafka.caFile}`,
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_SASL_USERNAME: kafka.userOf(name),
  KAFKA_SASL_PASSWORD_FILE: `${secretsFolder}/${kafka.passwordFile}`,
});

/** The address of the database as a role. The password is read from its file for each connection. */
export const databaseUrlOf = (role: string, passwordFile = postgres.passwordFile): string => {
  const { host, port, database, caFile } = postgres;
  const parameters = [
    `password_file=${secretsFolder}/${passwordFile}`,
    'sslmode=verify-full',
    `sslrootcert=${secretsFolder}/${caFile}`,
  ];
  return `postgres://${role}@${host}:${port}/${database}?${parameters.join('&')}`;
};

const addressOf = (name: string, kind: 'grpc' | 'http'): string => {
  const port = services.find((each) => each.name === name)?.ports[kind];
  if (port === undefined) throw new Error(`No service ${name} has a port for ${kind}.`);
  return `http://${name}:${port}`;
};

const addressesOf = (calls: Env = {}, kind: 'grpc' | 'http'): Env =>
  Object.fromEntries(
    Object.entries(calls).map(([setting, name]) => [setting, addressOf(name, kind)]),
  );

const envOf = (name: string, service: ServiceManifest): Env => ({
  ...(service.schema !== undefined && { DATABASE_URL: databaseUrlOf(service.schema) }),
  ...(usesKafka(service) && kafkaEnv(name)),
  ...(service.usesCache === true && { REDIS_URL: `redis://${redis.host}:${redis.port}` }),
  ...(service.outboxesSetting !== undefined && {
    [service.outboxesSetting]: outboxSources.join(','),
  }),
  ...addressesOf(service.calls, 'grpc'),
  ...addressesOf(service.httpCalls, 'http'),
});

const processesOf = (service: ServiceManifest): Process[] => {
  const { name, ports, consumers = [], deployments = [] } = service;
  const portEnv = {
    ...(ports.grpc !== undefined && { GRPC_PORT: String(ports.grpc) }),
    HTTP_PORT: String(ports.http),
  };
  return [
    { name, service, ports, consumers, env: { ...envOf(name, service), ...portEnv } },
    ...deployments.map((each) => ({
      name: each.name,
      service,
      ports: { http: each.httpPort },
      consumers: [each],
      env: {
        ...envOf(each.name, service),
        [`${name.toUpperCase()}_GROUP`]: each.group,
        [`${name.toUpperCase()}_TOPIC`]: topicOf(each.event),
        HTTP_PORT: String(each.httpPort),
      },
    })),
  ];
};

/** All processes, in the order of the services' names. */
export const processes: readonly Process[] = services.flatMap(processesOf);

const { topics } = await loadTopics(join(checkout, 'deploy/topics.yaml'));

/** The number of partitions of a topic. */
export const partitionsOf = (topic: string): number => {
  const found = topics.find(({ name }) => name === topic);
  if (found === undefined) throw new Error(`deploy/topics.yaml has no topic ${topic}.`);
  return found.partitions;
};

/** The topics that the publisher writes. */
export const publishedTopics: readonly string[] = topics.flatMap(({ name, publish }) =>
  publish === undefined ? [] : [name],
);
