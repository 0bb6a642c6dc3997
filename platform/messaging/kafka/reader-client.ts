import type { Logger } from '../../base/logger.ts';
import { createKafka, type Kafka } from './client.ts';
import { loadKafkaSecurity, type KafkaSettings } from './security.ts';

// A fetch waits up to half a second for messages; an answer that takes longer than this limit is not expected any more.
const requestTimeoutMs = 5_000;

/** Creates a client for consumers from the settings of a service. */
export const createReaderKafka = async (
  settings: KafkaSettings,
  { clientId, logger }: { clientId: string; logger: Logger },
): Promise<Kafka> => {
  const security = await loadKafkaSecurity(settings);
  const brokers = settings.KAFKA_BROKERS;
  return createKafka({ brokers, clientId, logger, requestTimeoutMs, security });
};
