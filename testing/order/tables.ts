import { Pool } from 'pg';

export interface ShopTables {
  readonly admin: Pool;
  /** Adds a part that no other test knows, at a price of 125.50 rubles. */
  addPart(stockQuantity: number): Promise<string>;
  stockOf(partId: string): Promise<{ there: number; reserved: number }>;
  /** Counts the timers of orders that have not fired yet. */
  countTimers(): Promise<number>;
  /**
   * Orders, reservations, payments and events that contradict each other. There must be none when no timer is left.
   */
  findHalfDone(): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Reads the tables of order, inventory and payment as an administrator. */
export const openShopTables = (adminUrl: string): ShopTables => {
  const admin = new Pool({ connectionString: adminUrl, max: 4, allowExitOnIdle: true });
  admin.on('error', () => undefined); // the end of the server has cut an idle session
  return {
    admin,
    addPart: async (stockQuantity) => {
      const partId = crypto.randomUUID();
      await admin.query(addPartSql, [partId, stockQuantity]);
      return partId;
    },
    stockOf: async (partId) => {
      const { rows } = await admin.query<{ there: number; reserved: number }>(
        'SELECT stock_quantity::int AS there, reserved::int FROM inventory.parts WHERE part_id = $1',
        [partId],
      );
      if (!rows[0]) throw new Error(`There is no part ${partId}.`);
      return rows[0];
    },
    countTimers: async () => {
      const { rows } = await admin.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM "order".timers',
      );
      return rows[0]?.n ?? 0;
    },
    findHalfDone: async () => (await admin.query(halfDoneSql)).rows as unknown[],
    close: () => admin.end(),
  };
};

const addPartSql = `
  INSERT INTO inventory.parts
  SELECT $1, name, description, 12550, $2, 0, category, length_cm, width_cm, height_cm, weight_kg,
         manufacturer_name, manufacturer_country, manufacturer_website, tags, metadata, created_at, updated_at
    FROM inventory.parts WHERE part_id = '01970000-0000-7000-8000-000000000001'`;

/*
 * For each order id, compares the order's status with what inventory, payment and the outbox hold for it, even when
 * some of them have no row. It also compares the reserved pieces of each part with the reservations.
 */
export const halfDoneSql = `
  SELECT order_id::text AS id, o.status::text, r.status::text AS reservation, p.status::text AS payment, e.events
    FROM "order".orders o
    FULL JOIN inventory.reservations r USING (order_id)
    FULL JOIN payment.payments p USING (order_id)
    FULL JOIN (SELECT key::uuid AS order_id, count(*)::int AS events FROM "order".outbox GROUP BY key) e
        USING (order_id)
   WHERE CASE coalesce(o.status::text, 'none')
           WHEN 'PENDING_PAYMENT' THEN r.status::text IS NOT DISTINCT FROM 'RESERVED'
             AND p.status IS NULL AND e.events IS NULL
           WHEN 'CANCELLED' THEN r.status::text IS NOT DISTINCT FROM 'RELEASED'
             AND p.status::text IS NOT DISTINCT FROM 'VOIDED' AND e.events IS NULL
           WHEN 'none' THEN coalesce(r.status::text, 'RELEASED') = 'RELEASED'
             AND coalesce(p.status::text, 'VOIDED') = 'VOIDED' AND e.events IS NULL
           ELSE r.status::text IS NOT DISTINCT FROM 'COMMITTED' AND e.events IS NOT DISTINCT FROM 1
             AND p.status::text IS NOT DISTINCT FROM 'CHARGED'
             AND p.transaction_id = o.transaction_id AND p.amount_minor = o.total_minor
         END IS NOT TRUE
   UNION ALL
  SELECT part_id::text, 'reserved', reserved::text, coalesce(sum(i.quantity), 0)::text, NULL
    FROM inventory.parts
    LEFT JOIN (inventory.reservation_items i
               JOIN inventory.reservations r ON r.order_id = i.order_id AND r.status = 'RESERVED')
        USING (part_id)
   GROUP BY part_id, reserved HAVING reserved <> coalesce(sum(i.quantity), 0)`;
