import { Pool } from 'pg';

export interface EventRow {
  sequence: number;
  status: string;
  previousStatus?: string;
  reason?: string;
}

export interface LomsTables {
  readonly admin: Pool;
  /** Adds a stock row with a sku that no other test knows. */
  addStock(totalCount: number, reserved?: number): Promise<bigint>;
  stockOf(sku: bigint): Promise<{ totalCount: number; reserved: number }>;
  /** An order's events in the outbox, in the order in which they are read. */
  eventsOf(orderId: bigint): Promise<EventRow[]>;
  /** Orders without exactly one event for each change, and events without an order. There must be none. */
  findHalfDone(): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Reads the tables of loms as an administrator. */
export const openLomsTables = (adminUrl: string): LomsTables => {
  const admin = new Pool({ connectionString: adminUrl, max: 4, allowExitOnIdle: true });
  admin.on('error', () => undefined); // the end of the server has cut an idle session
  let lastSku = 9_000_000_000n;
  const query = async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
    (await admin.query<Row>(text, values)).rows;
  return {
    admin,
    addStock: async (totalCount, reserved = 0) => {
      const sku = ++lastSku;
      await query('INSERT INTO loms.stocks VALUES ($1, $2, $3)', [sku, totalCount, reserved]);
      return sku;
    },
    stockOf: async (sku) => {
      const [row] = await query<{ totalCount: number; reserved: number }>(
        'SELECT total_count::int AS "totalCount", reserved::int FROM loms.stocks WHERE sku = $1',
        [sku],
      );
      if (!row) throw new Error(`There is no stock of ${sku.toString()}.`);
      return row;
    },
    eventsOf: async (orderId) => {
      const rows = await query<{ event: EventRow }>(eventsSql, [orderId.toString()]);
      return rows.map(({ event }) => event);
    },
    findHalfDone: () => query(halfDoneSql),
    close: () => admin.end(),
  };
};

const eventsSql = `
  SELECT jsonb_strip_nulls(jsonb_build_object('sequence', sequence, 'status', payload->'status',
           'previousStatus', payload->'previous_status', 'reason', payload->'reason')) AS event
    FROM loms.outbox WHERE key = $1 ORDER BY seq`;

/** Sorted by `seq`, the sequences of a key must be 1, 2, 3 … up to the order's own. */
const halfDoneSql = `
  SELECT o.order_id, o.sequence, e.sequences, i.items
    FROM loms.orders o
    FULL JOIN (SELECT key, array_agg(sequence ORDER BY seq) AS sequences
                 FROM loms.outbox GROUP BY key) e ON e.key = o.order_id::text
    LEFT JOIN (SELECT order_id, count(*) AS items
                 FROM loms.order_items GROUP BY order_id) i ON i.order_id = o.order_id
   WHERE i.items IS NULL OR e.sequences IS DISTINCT FROM
         (SELECT array_agg(n) FROM generate_series(1, o.sequence) n)`;
