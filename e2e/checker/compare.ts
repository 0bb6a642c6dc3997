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
  /** Only these keys; absent: all. */
  keys?: ReadonlySet<string>;
}

/** Holds what stands in the topic against the truth, which is the outbox. */
export const compareWithOutbox = async (options: CompareOptions): Promise<Comparison> => {
  const isOfInterest = ({ key }: { key: string }) => options.keys?.has(key) ?? true;
  const ids = new Set((await readRows(options)).filter(isOfInterest).map(({ id }) => id));
  const deliveries = (await readTopic(options.brokers, options.topic)).filter(isOfInterest);
  const delivered = new Set(deliveries.map(({ id }) => id));
  return {
    ...checkDeliveries(deliveries),
    expected: ids.size,
    lost: [...ids].filter((id) => !delivered.has(id)).length,
    foreign: [...delivered].filter((id) => !ids.has(id)).length,
  };
};

const readRows = async ({ databaseUrl, source, topic }: CompareOptions) => {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const outbox = `${client.escapeIdentifier(source)}.outbox`;
    const { rows } = await client.query<{ id: string; key: string }>(
      `SELECT id::text, key FROM ${outbox} WHERE topic = $1`,
      [topic],
    );
    return rows;
  } finally {
    await client.end();
  }
};

/** What must hold after any fault: nothing lost, nothing out of order, nothing made up. */
export const flawless = { lost: 0, foreign: 0, violations: [] };
