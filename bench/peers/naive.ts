// The relay of many tutorials: once a second it reads up to 100 unsent rows, and sends and marks each. Arguments: the
// database's URL, the brokers.
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createKafka } from '#platform/messaging/kafka/client.ts';
import { createLogger } from '#platform/base/logger.ts';
import { toHeaders } from './headers.ts';

interface Row {
  id: string;
  topic: string;
  key: string;
  sequence: string;
  event_type: string;
  payload: string;
  headers: Record<string, string>;
  created_at: Date;
}

const [databaseUrl = '', brokers = ''] = process.argv.slice(2);
const database = new Client({ connectionString: databaseUrl });
await database.connect();
const producer = createKafka({
  brokers: [brokers],
  clientId: 'naive',
  logger: createLogger({ service: 'naive', level: 'silent', format: 'json' }),
  requestTimeoutMs: 10_000,
}).producer();
await producer.connect();
console.log('relaying');

for (;;) {
  const { rows } = await database.query<Row>(
    `SELECT id, topic, key, sequence, event_type, payload::text, headers, created_at
       FROM loms.outbox WHERE sent_at IS NULL ORDER BY seq LIMIT 100`,
  );
  for (const row of rows) {
    const { id, topic, key, payload: value } = row;
    const headers = toHeaders({ ...row, type: row.event_type, createdAt: row.created_at });
    await producer.send({ topic, acks: -1, messages: [{ key, value, headers }] });
    await database.query(
      `UPDATE loms.outbox SET status = 'COMPLETED', sent_at = clock_timestamp() WHERE id = $1`,
      [id],
    );
  }
  await sleep(1_000);
}
