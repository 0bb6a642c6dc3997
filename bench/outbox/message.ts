import { cloudEventHeaders } from '#platform/messaging/event.ts';
import { partitionOf } from '#platform/messaging/kafka/partitioner.ts';
import { partitions } from './topics.ts';

const orders = 1_000;

/**
 * Builds the message that the publisher makes of a row of loms: one of 1,000 orders in turn, with nine headers and
 * the given ones.
 */
export const messageOf = (i: number, headers: Readonly<Record<string, string>> = {}) => {
  const key = String(1_000_000 + (i % orders));
  const id = crypto.randomUUID();
  const sequence = String(1 + Math.floor(i / orders));
  return {
    key,
    partition: partitionOf(key, partitions),
    value:
      `{"items": [{"sku": 1002, "count": 2}], "moment": "2026-01-01T00:00:00.000Z", "source": "loms", ` +
      `"status": "awaiting payment", "user_id": 7, "event_id": "${id}", "order_id": ${key}, ` +
      `"sequence": ${sequence}, "previous_status": "new"}`,
    headers: {
      ...cloudEventHeaders({
        id,
        source: 'loms',
        type: 'loms.v1.OrderStatusChanged',
        subject: key,
        sequence,
        time: '2026-01-01T00:00:00.000Z',
      }),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ...headers,
    },
  };
};
