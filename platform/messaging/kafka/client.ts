import { Kafka, type logCreator, logLevel } from 'kafkajs';
import type { LogFacts } from '../../base/log-line.ts';
import type { Logger } from '../../base/logger.ts';
import { useCodecs } from './codecs/codecs.ts';
import type { MeasureKafka } from './client-metrics.ts';
import type { KafkaSecurity } from './security.ts';

export type { Kafka } from 'kafkajs';

export interface KafkaOptions {
  brokers: string[];
  clientId: string;
  logger: Logger;
  /** How long one request may remain unanswered, in milliseconds. */
  requestTimeoutMs: number;
  /** By default the connection is plain text, without authentication. */
  security?: KafkaSecurity;
  /** Of `createKafkaMetrics`; without it nothing is counted. */
  measure?: MeasureKafka | undefined;
}

/** Creates a client without opening a connection; its producers, consumers and admins each open their own. */
export const createKafka = (options: KafkaOptions): Kafka => {
  const { brokers, clientId, logger, requestTimeoutMs, security = {} } = options;
  useCodecs();
  const kafka = new Kafka({
    brokers,
    ...security,
    clientId,
    connectionTimeout: 1_000,
    requestTimeout: requestTimeoutMs,
    // These values are explicit, because kafkajs has other defaults when NODE_ENV is `test`.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 5 },
    logLevel: logger.isLevelEnabled('debug') ? logLevel.DEBUG : logLevel.WARN,
    logCreator: logTo(logger),
  });
  return options.measure?.(kafka) ?? kafka;
};

/** These failures are also thrown to our own code, which logs them. */
const thrownToo: ReadonlySet<string> = new Set([
  'Connection',
  'Cluster',
  'BrokerPool',
  'RequestQueue',
  'Producer',
  'Consumer',
]);

/** Failures that a consumer retries by itself; the log of kafkajs identifies them only by text. */
const passing = /coordinator|rebalanc|re-joining|retriable|connect|timed out|leader/i;

const logTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, ...facts } }) => {
    const cause: unknown = facts['error'];
    const isWorthALine =
      (level === logLevel.ERROR || level === logLevel.WARN) &&
      !thrownToo.has(namespace) &&
      !passing.test(`${message} ${String(cause)}`);
    logger[isWorthALine ? 'warn' : 'debug'](
      {
        part: `kafkajs ${namespace}`,
        ...knownOf(facts),
        ...(cause !== undefined && { err: cause }),
      },
      message,
    );
  };

/** What kafkajs tells by the names that log lines have for it. */
const knownOf = ({
  broker,
  groupId,
  retryCount,
  retryTime,
}: Record<string, unknown>): LogFacts => ({
  ...(typeof broker === 'string' && { broker }),
  ...(typeof groupId === 'string' && { group: groupId }),
  ...(typeof retryCount === 'number' && { attempts: retryCount }),
  ...(typeof retryTime === 'number' && { retry_in_ms: retryTime }),
});
