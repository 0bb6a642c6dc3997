import { Kafka, type logCreator, logLevel } from 'kafkajs';
import type { Logger } from '../../base/logger.ts';
import { useCodecs } from './codecs/codecs.ts';
import type { KafkaSecurity } from './security.ts';

export type { Kafka } from 'kafkajs';

export interface KafkaOptions {
  brokers: string[];
  clientId: string;
  logger: Logger;
  /** How long one request may stay unanswered. */
  requestTimeoutMs: number;
  /** Default: plain text, as nobody. */
  security?: KafkaSecurity;
}

/** A client that opens nothing yet; producers, consumers and admins made from it each open their own connections. */
export const createKafka = (options: KafkaOptions): Kafka => {
  const { brokers, clientId, logger, requestTimeoutMs, security = {} } = options;
  useCodecs();
  return new Kafka({
    brokers,
    ...security,
    clientId,
    connectionTimeout: 1_000,
    requestTimeout: requestTimeoutMs,
    // Written out because kafkajs has other defaults when NODE_ENV is `test`.
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 5 },
    logLevel: logger.isLevelEnabled('debug') ? logLevel.DEBUG : logLevel.WARN,
    logCreator: logTo(logger.child({ part: 'kafkajs' })),
  });
};

/** Their failures are also thrown at our own code, which logs what it cannot live with. */
const thrownToo: ReadonlySet<string> = new Set([
  'Connection',
  'Cluster',
  'BrokerPool',
  'RequestQueue',
  'Producer',
  'Consumer',
]);

/** What a consumer tries again by itself; the log of kafkajs tells it by text only. */
const passing = /coordinator|rebalanc|re-joining|retriable|connect|timed out|leader/i;

const logTo =
  (logger: Logger): logCreator =>
  () =>
  ({ namespace, level, log: { message, ...facts } }) => {
    const cause: unknown = facts['error'];
    const error = cause instanceof Error ? cause.message : cause;
    const isWorthALine =
      (level === logLevel.ERROR || level === logLevel.WARN) &&
      !thrownToo.has(namespace) &&
      !passing.test(`${message} ${String(error)}`);
    logger[isWorthALine ? 'warn' : 'debug']({ ...facts, error, namespace }, message);
  };
