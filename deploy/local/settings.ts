import { resolve } from 'node:path';
import { z } from 'zod';
import { loadConfig, port } from '#platform/base/config.ts';
import { redisUrl } from '#platform/cache/settings.ts';
import { brokerText } from '#platform/messaging/kafka/brokers.ts';
import { kafkaSecuritySettings } from '#platform/messaging/kafka/security.ts';
import { traceSettings } from '#platform/base/tracing/settings.ts';
import type { DeploymentManifest, ServiceManifest } from '#platform/base/manifest.ts';
import { services } from '../services.ts';
import { checkout } from '../folders.ts';
import { registryUrlAt } from './registry-url.ts';

const engineSettings = {
  INORDER_HOME: z
    .string()
    .prefault('.inorder')
    .transform((folder) => resolve(checkout, folder))
    .describe('The folder of data, logs and the state of the supervisor, from the checkout.'),
  DATABASE_URL: z
    .url()
    .optional()
    .describe("An administrator's address of a database; set: no Postgres is started."),
  KAFKA_BROKERS: brokerText
    .optional()
    .describe('Brokers, comma-separated: host:port; set: no Kafka is started.'),
  ...kafkaSecuritySettings,
  SCHEMA_REGISTRY: z.enum(['on', 'off']).default('on').describe('off: no schema registry.'),
  SCHEMA_REGISTRY_URL: z
    .url()
    .optional()
    .describe('The Confluent API of a schema registry; set: none is started.'),
  EVENT_ENCODING: z
    .enum(['json', 'confluent'])
    .default('json')
    .describe('How events are written; with confluent publishers need the registry.'),
  REDIS: z.enum(['on', 'off']).default('on').describe('off: no Redis; services do not cache.'),
  REDIS_URL: redisUrl.optional().describe('A Redis, redis://host:port; set: none is started.'),
  ...traceSettings,
  OBSERVE: z
    .enum(['on', 'off'])
    .default('off')
    .describe(
      'on: metrics, dashboards, alerts, traces and logs from the start; make observe turns them on in what runs.',
    ),
  POSTGRES_PORT: port.default(15_432),
  KAFKA_PORT: port.default(19_092),
  KAFKA_CONTROLLER_PORT: port.default(19_093),
  SCHEMA_REGISTRY_PORT: port.default(8085),
  REDIS_PORT: port.default(16_379),
  ZIPKIN_PORT: port.default(9411),
  VICTORIA_METRICS_PORT: port.default(8428),
  VMALERT_PORT: port.default(8880),
  VICTORIA_LOGS_PORT: port.default(9428),
  VLAGENT_PORT: port.default(9429),
};

/** The name of a port's setting. A service's ports are named after it, e.g. LOMS_HTTP_PORT, NOTIFIER_2_HTTP_PORT. */
export type PortSetting = `${string}_PORT`;

/** The processes that bear a service's own name, each with the settings of its ports. */
export const replicasOf = ({ name, schema, ports, local }: ServiceManifest): Replica[] => {
  const { replicas } = local ?? {};
  const role = (schema ?? name).toUpperCase();
  const grpc: PortSetting | undefined = ports.grpc === undefined ? undefined : `${role}_GRPC_PORT`;
  if (replicas === undefined) return [{ name, grpc, http: `${role}_HTTP_PORT` }];
  return Array.from({ length: replicas }, (_, index) => ({
    name: `${name}-${index + 1}`,
    grpc: undefined,
    http: `${role}_${index + 1}_HTTP_PORT` as const,
  }));
};

export interface Replica {
  name: string;
  grpc: PortSetting | undefined;
  http: PortSetting;
}

/** The setting of a further deployment's port, e.g. PVZ_NOTIFIER_HTTP_PORT. */
export const deploymentPort = ({ name }: DeploymentManifest): PortSetting =>
  `${name.toUpperCase().replaceAll('-', '_')}_HTTP_PORT`;

const portsOf = (service: ServiceManifest): [PortSetting, number][] => [
  ...replicasOf(service).flatMap(({ grpc, http }, index): [PortSetting, number][] => [
    ...(grpc === undefined ? [] : [[grpc, service.ports.grpc] as [PortSetting, number]]),
    [http, service.ports.http + index],
  ]),
  ...(service.deployments ?? []).map((each): [PortSetting, number] => [
    deploymentPort(each),
    each.httpPort,
  ]),
];

const servicePorts = Object.fromEntries(
  services
    .flatMap(portsOf)
    .map(([setting, number]): [string, z.ZodDefault<typeof port>] => [
      setting,
      port.default(number),
    ]),
);

const handedOn = Object.fromEntries(
  services
    .flatMap(({ name, local }) =>
      Object.entries(local?.settings ?? {}).map((entry) => [name, ...entry] as const),
    )
    .map(([name, setting, value]): [string, z.ZodDefault<z.ZodString>] => [
      setting,
      z.string().default(value).describe(`Handed on to ${name}.`),
    ]),
);

/** The settings of `make up` itself. */
export const localSettings = z.object({ ...engineSettings, ...servicePorts, ...handedOn });

/** The settings of the system as local processes, each an environment variable. */
export type LocalSettings = z.output<z.ZodObject<typeof engineSettings>> &
  Readonly<Record<PortSetting, number>>;

export const loadSettings = (env: NodeJS.ProcessEnv): LocalSettings =>
  loadConfig(localSettings, env);

/** The port that a setting holds. Throws when no service has a setting of this name. */
export const portOf = (settings: LocalSettings, setting: PortSetting): number => {
  const number = settings[setting];
  if (number === undefined) throw new Error(`There is no setting ${setting}.`);
  return number;
};

/** The settings of `make up` that a service's manifest asks to be passed on to the service. */
export const handedOnTo = (
  settings: LocalSettings,
  { local }: ServiceManifest,
): Record<string, string> => {
  const all: Readonly<Record<string, unknown>> = settings;
  return Object.fromEntries(
    Object.keys(local?.settings ?? {}).map((setting) => [setting, String(all[setting])]),
  );
};

/** The URL of the schema registry's Confluent-compatible API; undefined when there is no registry. */
export const registryUrlOf = (settings: LocalSettings): string | undefined =>
  settings.SCHEMA_REGISTRY_URL ??
  (settings.SCHEMA_REGISTRY === 'on' ? registryUrlAt(settings.SCHEMA_REGISTRY_PORT) : undefined);

/** The URL of the Redis that services cache in; undefined when there is none. */
export const redisUrlOf = (settings: LocalSettings): string | undefined =>
  settings.REDIS_URL ??
  (settings.REDIS === 'on' ? `redis://127.0.0.1:${settings.REDIS_PORT}` : undefined);
