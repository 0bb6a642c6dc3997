import { join } from 'node:path';
import { z } from 'zod';
import { loadConfig, port } from '#platform/base/config.ts';
import { brokerText } from '#platform/messaging/kafka/brokers.ts';
import { kafkaSecuritySettings } from '#platform/messaging/kafka/security.ts';
import { checkout } from './folders.ts';
import { registryUrlAt } from './registry-url.ts';

const schema = z.object({
  /** Where data, logs and the supervisor's state live. */
  INORDER_HOME: z.string().default(join(checkout, '.inorder')),
  /** An administrator's address of a database from outside: then no Postgres is started. */
  DATABASE_URL: z.url().optional(),
  /** Brokers from outside: then no Kafka is started. */
  KAFKA_BROKERS: brokerText.optional(),
  ...kafkaSecuritySettings,
  /** `off`: no schema registry. */
  SCHEMA_REGISTRY: z.enum(['on', 'off']).default('on'),
  /** The Confluent API of a schema registry from outside: then none is started. */
  SCHEMA_REGISTRY_URL: z.url().optional(),
  /** With `confluent` publishers cannot do without the registry. */
  EVENT_ENCODING: z.enum(['json', 'confluent']).default('json'),
  POSTGRES_PORT: port.default(15_432),
  KAFKA_PORT: port.default(19_092),
  KAFKA_CONTROLLER_PORT: port.default(19_093),
  SCHEMA_REGISTRY_PORT: port.default(8085),
  LOMS_GRPC_PORT: port.default(8083),
  LOMS_HTTP_PORT: port.default(8084),
  /** Handed to loms. */
  PAYMENT_TIMEOUT: z.string().default('off'),
  ORDER_GRPC_PORT: port.default(50_050),
  ORDER_HTTP_PORT: port.default(8080),
  INVENTORY_GRPC_PORT: port.default(50_051),
  INVENTORY_HTTP_PORT: port.default(8051),
  PAYMENT_GRPC_PORT: port.default(50_052),
  PAYMENT_HTTP_PORT: port.default(8052),
  ASSEMBLY_HTTP_PORT: port.default(9101),
  NOTIFICATION_HTTP_PORT: port.default(9102),
  OPS_GRPC_PORT: port.default(50_070),
  OPS_HTTP_PORT: port.default(8070),
  PUBLISHER_HTTP_PORT: port.default(9104),
  NOTIFIER_1_HTTP_PORT: port.default(9111),
  NOTIFIER_2_HTTP_PORT: port.default(9112),
  NOTIFIER_3_HTTP_PORT: port.default(9113),
});

/** The settings of the local way of running, each an environment variable. */
export type LocalSettings = z.output<typeof schema>;

export const loadSettings = (env: NodeJS.ProcessEnv): LocalSettings => loadConfig(schema, env);

/** Where the Confluent API of the schema registry is; undefined where there is none. */
export const registryUrlOf = (settings: LocalSettings): string | undefined =>
  settings.SCHEMA_REGISTRY_URL ??
  (settings.SCHEMA_REGISTRY === 'on' ? registryUrlAt(settings.SCHEMA_REGISTRY_PORT) : undefined);

/** The settings that are ports. */
export type PortSetting = Extract<keyof LocalSettings, `${string}_PORT`>;
