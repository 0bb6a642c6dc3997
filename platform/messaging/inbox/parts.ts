import type { Registry } from 'prom-client';
import type { Pool } from '../../database/pool.ts';
import type { Kafka } from '../kafka/client.ts';
import type { Logger } from '../../base/logger.ts';

export interface InboxParts {
  /** As the owner of the schema; needs a connection or two for each consumer. */
  pool: Pool;
  /** The schema with the tables of `defineInbox`. */
  schema: string;
  kafka: Kafka;
  logger: Logger;
  registry: Registry;
  /** After so long without a sign of life another process takes over. Default 3,000. */
  sessionTimeoutMs?: number;
}
