import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Stock } from '../domain/stock.ts';

interface Row {
  order_id: bigint;
  sku: bigint | null;
  total_count: bigint;
  reserved: bigint;
}

const selectForCreation = prepareStatement<Row>(
  'loms_load_for_creation',
  `SELECT new.order_id, s.sku, s.total_count, s.reserved
     FROM (SELECT nextval('loms.order_ids') AS order_id) new
     LEFT JOIN loms.stocks s ON s.sku = ANY ($1::bigint[])`,
);

/** A new order id and the known ones of the skus, unlocked: what is decided on it is checked on saving. */
export const loadForCreation =
  (pool: Pool) =>
  async (skus: readonly bigint[]): Promise<{ orderId: bigint; stocks: Stock[] }> => {
    const rows = await selectForCreation(pool, [skus]);
    const [first] = rows;
    if (!first) throw new Error('The statement always returns a row.');
    const stocks = rows.flatMap(({ sku, total_count, reserved }) =>
      sku === null ? [] : [{ sku, totalCount: total_count, reserved }],
    );
    return { orderId: first.order_id, stocks };
  };
