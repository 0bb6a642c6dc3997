import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { ensureTopics } from '#platform/messaging/kafka/admin.ts';
import { createKafka, type Kafka } from '#platform/messaging/kafka/client.ts';

/** A client of the test broker, or of several (`host:port,host:port`), that logs nothing. */
export const createTestKafka = (brokers: string): Kafka =>
  createKafka({
    brokers: brokers.split(','),
    clientId: 'test',
    logger: pino({ level: 'silent' }),
    requestTimeoutMs: 2_000,
  });

/** Creates a topic that no other test uses, and returns its name. */
export const createTestTopic = async (kafka: Kafka, partitions: number): Promise<string> => {
  const name = `test.${randomUUID()}`;
  const plan = { name, partitions, replication: 1, minInsync: 1, retentionMs: 3_600_000 };
  await ensureTopics({ kafka, plans: [plan], waitMs: 20_000 });
  return name;
};
