import { bucketOf } from '#platform/messaging/outbox/bucket.ts';
import type { Environment } from './environment.ts';

export interface Fill {
  topic: string;
  rows: number;
  /** The number of orders that the rows belong to, in turn; each gets `rows / keys` events. */
  keys?: number;
  firstKey?: number;
  /** How many rows these orders have already; the sequences go on from there. */
  after?: number;
  state?: keyof typeof states;
}

const states = {
  unsent: { status: 'CREATED', error: null, isWaiting: false, isSent: false },
  sent: { status: 'COMPLETED', error: null, isWaiting: false, isSent: true },
  failed: { status: 'FAILED', error: 'message-too-large', isWaiting: false, isSent: false },
  waiting: { status: 'CREATED', error: null, isWaiting: true, isSent: false },
};

// UUID v7 ids with the present time, and payloads and headers as loms writes them
const insert = `
  INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at,
                           status, error, is_waiting, sent_at)
  SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
           || substr(random_hex, 1, 3) || '8' || substr(random_hex, 4, 15))::uuid,
         $1, names[1 + i % $2], 1 + i / $2, 'loms.v1.OrderStatusChanged',
         jsonb_build_object('event_id', gen_random_uuid(), 'order_id', names[1 + i % $2]::bigint,
           'status', 'awaiting payment', 'previous_status', 'new', 'moment', '2026-01-01T00:00:00.000Z',
           'sequence', 1 + i / $2, 'user_id', 7, 'source', 'loms',
           'items', jsonb_build_array(jsonb_build_object('sku', 1002, 'count', 2))),
         '{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
           "correlation-id": "0198c0de-0000-7000-8000-000000000001"}',
         buckets[1 + i % $2], clock_timestamp(), $7::loms.outbox_status, $8, $9,
         CASE WHEN $10 THEN clock_timestamp() END
    FROM generate_series($3::integer, $4::integer - 1) i,
         LATERAL (SELECT md5(random()::text || i) AS random_hex) r,
         (SELECT $5::text[] AS names, $6::smallint[] AS buckets) k`;

// takes the same arguments as `insert`
const procedure = `
  CREATE OR REPLACE PROCEDURE pg_temp.fill_outbox(
    text, integer, integer, integer, text[], smallint[], text, text, boolean, boolean)
  LANGUAGE plpgsql AS $fill$
  DECLARE behind integer := $4;
  BEGIN
    WHILE $3 < behind LOOP
      $4 := $3 + 1;
      ${insert};
      COMMIT;
      $3 := $4;
    END LOOP;
  END $fill$`;

/** Inserts rows into the outbox of loms in a single transaction. */
export const fillOutbox = async (environment: Environment, fill: Fill): Promise<void> => {
  await environment.query(insert, valuesOf(fill));
};

/**
 * Inserts the same rows, each in a transaction of its own, as services write them and as a relay that reads the WAL
 * sees them.
 */
export const fillOutboxOneByOne = async (environment: Environment, fill: Fill): Promise<void> => {
  await environment.query(procedure);
  await environment.query('SET synchronous_commit = off');
  await environment.query(
    'CALL pg_temp.fill_outbox($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
    valuesOf(fill),
  );
  await environment.query('RESET synchronous_commit');
};

const valuesOf = (fill: Fill): unknown[] => {
  const { topic, rows, keys = 1_000, firstKey = 1_000_000, after = 0, state = 'unsent' } = fill;
  const names = Array.from({ length: keys }, (_, i) => String(firstKey + i));
  const { status, error, isWaiting, isSent } = states[state];
  return [
    ...[topic, keys, after, after + rows],
    ...[names, names.map(bucketOf), status, error, isWaiting, isSent],
  ];
};

/** Empties the outbox, except for rows that were sent long ago, as a publisher finds it in production. */
export const resetOutbox = async (environment: Environment, history: number): Promise<void> => {
  await environment.query('TRUNCATE loms.outbox');
  await fillOutbox(environment, { topic: 'bench.history', rows: history, state: 'sent' });
};
