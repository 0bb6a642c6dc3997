import { z } from 'zod';
import { ConfigError } from '#platform/base/config-error.ts';
import { loadConfig } from '#platform/base/config.ts';
import { AppError } from '#platform/base/errors.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { kafkaSettings, loadKafkaSecurity } from '#platform/messaging/kafka/security.ts';
import { createLogger } from '#platform/base/logger.ts';
import { loadSettings } from '../../deploy/local/settings.ts';

/** The Kafka of the system that runs, found by the same settings. Says what to do when it does not answer. */
export const findRunningKafka = async (env: NodeJS.ProcessEnv): Promise<Kafka> => {
  const settings = loadSettings(env);
  const brokers = settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`;
  const how = loadConfig(z.object(kafkaSettings), { ...env, KAFKA_BROKERS: brokers });
  const kafka = createKafka({
    security: await loadKafkaSecurity(how),
    brokers: how.KAFKA_BROKERS,
    clientId: 'kafka-commands',
    logger: createLogger({ service: 'kafka-commands', level: 'silent', format: 'json' }),
    requestTimeoutMs: 10_000,
  });
  const admin = kafka.admin({ retry: { retries: 1 } });
  try {
    await admin.connect();
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'kafka-away',
      `No Kafka broker answers at ${brokers}. Start the system first (make up), or say where it is: KAFKA_BROKERS.`,
      { cause },
    );
  } finally {
    await admin.disconnect().catch(() => undefined); // it was asked, that is all
  }
  return kafka;
};

/** Runs a command; a refusal is reported in one line and ends it with 1. */
export const runCommand = async (command: () => Promise<void>): Promise<void> => {
  // whoever reads may have seen enough, e.g. head
  process.stdout.on('error', () => process.exit());
  try {
    await command();
  } catch (error) {
    const isRefusal = error instanceof AppError || error instanceof ConfigError;
    if (!isRefusal && !isOfKafka(error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
};

/** What a broker says, or that none says anything. */
const isOfKafka = (error: unknown): error is Error =>
  error instanceof Error && error.name.startsWith('KafkaJS');
