import type { Registry } from 'prom-client';
import type { Logger } from '../../base/logger.ts';
import { createKafkaMetrics } from './client-metrics.ts';
import { createKafka, type Kafka } from './client.ts';
import { loadKafkaSecurity, type KafkaSettings } from './security.ts';

// A fetch waits up to half a second for messages; an answer that takes longer than this limit is not expected any more.
const requestTimeoutMs = 5_000;

/** Creates the one client for consumers of a process from the settings of its service, with its metrics. */
export const createReaderKafka = async (
  settings: KafkaSettings,
  { clientId, logger, registry }: { clientId: string; logger: Logger; registry: Registry },
): Promise<Kafka> => {
  const security = await loadKafkaSecurity(settings);
  const brokers = settings.KAFKA_BROKERS;
  const measure = createKafkaMetrics(registry);
  return createKafka({ brokers, clientId, logger, requestTimeoutMs, security, measure });
};
