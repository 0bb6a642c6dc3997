import type { Registry } from 'prom-client';
import type { Logger } from '../../base/logger.ts';
import { createKafkaMetrics } from './client-metrics.ts';
import { createKafka, type Kafka } from './client.ts';
import { loadKafkaSecurity, type KafkaSettings } from './security.ts';

export interface ReaderOptions {
  clientId: string;
  logger: Logger;
  registry: Registry;
  /**
   * How long one request may remain unanswered. The default is for fetches, which wait up to half a second for
   * messages.
   */
  requestTimeoutMs?: number;
}

/** Creates the one client for consumers of a process from the settings of its service, with its metrics. */
export const createReaderKafka = async (
  settings: KafkaSettings,
  { clientId, logger, registry, requestTimeoutMs = 5_000 }: ReaderOptions,
): Promise<Kafka> => {
  const security = await loadKafkaSecurity(settings);
  const brokers = settings.KAFKA_BROKERS;
  const measure = createKafkaMetrics(registry);
  return createKafka({ brokers, clientId, logger, requestTimeoutMs, security, measure });
};
