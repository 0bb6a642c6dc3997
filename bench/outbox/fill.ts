import { bucketOf } from '#platform/outbox/bucket.ts';
import type { Environment } from './environment.ts';

const keys = 1_000;

/**
 * Puts rows of 1,000 orders into the outbox, the orders in turn, each row with a payload as loms writes
 * it. `series` keeps the keys of several fills apart.
 */
export const fillOutbox = async (environment: Environment, rows: number, series: number) => {
  const first = 1_000_000 * (series + 1);
  const names = Array.from({ length: keys }, (_, i) => String(first + i));
  await environment.query(
    `INSERT INTO loms.outbox (id, topic, key, sequence, event_type, payload, headers, bucket, created_at)
     SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7'
              || substr(random_hex, 1, 3) || '8' || substr(random_hex, 4, 15))::uuid,
            'loms.order-events', names[1 + i % ${keys}], 1 + i / ${keys},
            'loms.v1.OrderStatusChanged',
            jsonb_build_object('event_id', gen_random_uuid(), 'order_id', names[1 + i % ${keys}]::bigint,
              'status', 'awaiting payment', 'previous_status', 'new', 'moment', '2026-01-01T00:00:00.000Z',
              'sequence', 1 + i / ${keys}, 'user_id', 7, 'source', 'loms',
              'items', jsonb_build_array(jsonb_build_object('sku', 1002, 'count', 2))),
            '{"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}',
            buckets[1 + i % ${keys}], clock_timestamp()
       FROM generate_series(0, $1::integer - 1) i,
            LATERAL (SELECT md5(random()::text || i) AS random_hex) r,
            (SELECT $2::text[] AS names, $3::smallint[] AS buckets) k`,
    [rows, names, names.map(bucketOf)],
  );
};
