import { z } from 'zod';
import { ConfigError } from '#platform/base/config-error.ts';
import { loadConfig } from '#platform/base/config.ts';
import { AppError } from '#platform/base/errors.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';
import { kafkaSettings, loadKafkaSecurity } from '#platform/messaging/kafka/security.ts';
import { createLogger } from '#platform/base/logger.ts';
import { loadSettings } from '../../deploy/local/settings.ts';

/** Finds the Kafka of the running system by the same settings. When it does not answer, the error says what to do. */
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
    await admin.disconnect().catch(() => undefined); // a failure to disconnect does not matter here
  }
  return kafka;
};

/** Runs a command. A refusal is printed in one line, and the exit code is 1. */
export const runCommand = async (command: () => Promise<void>): Promise<void> => {
  // the reader of the pipe may have seen enough, e.g. head
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

/** Whether the error is an answer of a broker, or says that no broker answers. */
const isOfKafka = (error: unknown): error is Error =>
  error instanceof Error && error.name.startsWith('KafkaJS');
