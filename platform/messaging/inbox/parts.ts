import type { Registry } from 'prom-client';
import type { Pool } from '../../database/pool.ts';
import type { Kafka } from '../kafka/client.ts';
import type { Logger } from '../../base/logger.ts';

export interface InboxParts {
  /** Connects as the owner of the schema; each consumer needs one or two connections. */
  pool: Pool;
  /** The schema with the tables of `defineInbox`. */
  schema: string;
  kafka: Kafka;
  logger: Logger;
  registry: Registry;
  /** The time without a heartbeat after which another process takes over, in milliseconds. Default 3,000. */
  sessionTimeoutMs?: number;
}
