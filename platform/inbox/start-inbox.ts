import type { DescMessage } from '@bufbuild/protobuf';
import type { Kafka } from 'kafkajs';
import type { Registry } from 'prom-client';
import type { Pool } from '../database/pool.ts';
import type { Logger } from '../logger.ts';
import type { InboxConsumer } from './consumer.ts';

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

export interface Inbox {
  /** True while it is a member of its group. */
  isReady: () => boolean;
  /** No new fetch, the work in hand ends, offsets are committed, the group is left. */
  stop: () => Promise<void>;
}

/** Types a consumer by its message, for a list of different ones. */
export const inboxConsumer = <Schema extends DescMessage>(
  consumer: InboxConsumer<Schema>,
): InboxConsumer => consumer;
