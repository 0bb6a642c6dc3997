import type { ReadinessCheck } from '../../base/readiness.ts';
import type { ServiceContext } from '../../base/run-service.ts';
import type { ServiceDatabase } from '../../database/open-database.ts';
import { groupCheck } from '../kafka/group-check.ts';
import { createReaderKafka } from '../kafka/reader-client.ts';
import type { KafkaSettings } from '../kafka/security.ts';
import type { InboxConsumer } from './consumer.ts';
import { startInbox } from './start-inbox.ts';

type InboxSettings = KafkaSettings & { SESSION_TIMEOUT_MS: number };

/** Runs the consumers of a service until it stops, and returns their readiness checks. */
export const openInbox = async (
  { config, lifecycle }: ServiceContext<InboxSettings>,
  database: ServiceDatabase,
  consumers: readonly InboxConsumer[],
): Promise<Readonly<Record<string, ReadinessCheck>>> => {
  const { schema, logger, registry } = database;
  const kafka = await createReaderKafka(config, { clientId: schema, logger, registry });
  const sessionTimeoutMs = config.SESSION_TIMEOUT_MS;
  const inbox = startInbox({ ...database, kafka, sessionTimeoutMs }, consumers);
  lifecycle.onClose('inbox', () => inbox.stop());
  return { group: groupCheck(inbox), 'dead letters': () => inbox.checkLetters() };
};
