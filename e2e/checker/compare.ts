import { Client } from 'pg';
import { checkDeliveries, type DeliveryReport } from './deliveries.ts';
import { readTopic } from './read-topic.ts';

export interface Comparison extends DeliveryReport {
  /** Rows of the outbox: what should have been delivered. */
  expected: number;
  /** Rows whose event is not in the topic. */
  lost: number;
  /** Events in the topic that are not in the outbox. */
  foreign: number;
}

export interface CompareOptions {
  /** A role that may read the outbox. */
  databaseUrl: string;
  source: string;
  brokers: string;
  topic: string;
}

/** Holds what stands in the topic against the truth, which is the outbox. */
export const compareWithOutbox = async (options: CompareOptions): Promise<Comparison> => {
  const ids = await readIds(options);
  const deliveries = await readTopic(options.brokers, options.topic);
  const delivered = new Set(deliveries.map(({ id }) => id));
  return {
    ...checkDeliveries(deliveries),
    expected: ids.size,
    lost: [...ids].filter((id) => !delivered.has(id)).length,
    foreign: [...delivered].filter((id) => !ids.has(id)).length,
  };
};

const readIds = async ({ databaseUrl, source, topic }: CompareOptions): Promise<Set<string>> => {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<[string]>({
      text: `SELECT id::text FROM ${client.escapeIdentifier(source)}.outbox WHERE topic = $1`,
      values: [topic],
      rowMode: 'array',
    });
    return new Set(rows.map(([id]) => id));
  } finally {
    await client.end();
  }
};

/** What must hold after any fault: nothing lost, nothing out of order, nothing made up. */
export const flawless = { lost: 0, foreign: 0, violations: [] };
