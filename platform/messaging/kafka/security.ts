import type { KafkaConfig } from 'kafkajs';
import { z } from 'zod';
import { ConfigError } from '../../base/config-error.ts';
import { durationMs } from '../../base/config.ts';
import { secret } from '../../base/secret-files.ts';
import { loadCa, minTlsVersion } from '../../base/tls.ts';
import { brokerList } from './brokers.ts';

/** How a Kafka client authenticates itself, and which authorities it trusts. */
export type KafkaSecurity = Pick<KafkaConfig, 'ssl' | 'sasl'>;

/** Settings for connecting to Kafka. */
export const kafkaSecuritySettings = {
  KAFKA_TLS: z.enum(['on', 'off']).default('off').describe('Whether brokers are called by TLS.'),
  KAFKA_TLS_CA_FILE: z
    .string()
    .optional()
    .describe("The authorities of the brokers' certificates, by default those that Node knows."),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .optional()
    .describe('How the brokers are shown the user name and the password; all three or none.'),
  KAFKA_SASL_USERNAME: z.string().optional().describe('The user name for KAFKA_SASL_MECHANISM.'),
  KAFKA_SASL_PASSWORD: secret(
    z.string().optional().describe('The password for KAFKA_SASL_MECHANISM.'),
  ),
};

/** Settings of every process that connects to Kafka. */
export const kafkaSettings = {
  KAFKA_BROKERS: brokerList.describe('The brokers, comma-separated: host:port.'),
  ...kafkaSecuritySettings,
};

/** A setting of services that consume. The broker's `group.min.session.timeout.ms` must not be higher. */
export const sessionTimeout = durationMs
  .default(3_000)
  .describe('After this time without a heartbeat another replica takes over the partitions.');

export type KafkaSettings = z.output<z.ZodObject<typeof kafkaSettings>>;

/**
 * Throws a ConfigError for settings that contradict each other, and for a file that contains no certificate.
 */
export const loadKafkaSecurity = async (settings: KafkaSettings): Promise<KafkaSecurity> => {
  const sasl = saslOf(settings);
  const { KAFKA_TLS: tls, KAFKA_TLS_CA_FILE: caFile } = settings;
  if (tls === 'off') {
    if (caFile !== undefined) throw new ConfigError('KAFKA_TLS_CA_FILE needs KAFKA_TLS=on.');
    return sasl;
  }
  const ca = caFile === undefined ? {} : { ca: await loadCa('KAFKA_TLS_CA_FILE', caFile) };
  return { ...sasl, ssl: { minVersion: minTlsVersion, ...ca } };
};

const saslOf = (settings: KafkaSettings): Pick<KafkaConfig, 'sasl'> => {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = settings;
  if (mechanism !== undefined && username !== undefined && password !== undefined)
    // The union type of kafkajs has one member per mechanism, all of the same shape, so any of them will do.
    return { sasl: { mechanism: mechanism as 'plain', username, password } };
  if (mechanism === undefined && username === undefined && password === undefined) return {};
  throw new ConfigError(
    'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD belong together: set all three or none.',
  );
};
