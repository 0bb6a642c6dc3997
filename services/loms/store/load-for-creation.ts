import type { Call } from '#platform/serving/call.ts';
import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { batched } from '#platform/base/batched.ts';
import type { Answer, StoredAnswer } from '#platform/serving/idempotency/answer.ts';
import { storedAnswerSql } from '#platform/serving/idempotency/claim.ts';
import type { Stock } from '../domain/stock.ts';

interface Row {
  /** Id allocated for a new order, or null. */
  order_id: bigint | null;
  /** Sku of a known stock, or null. */
  sku: bigint | null;
  total_count: bigint;
  reserved: bigint;
}

interface KeyedRow extends Row {
  request_hash: Buffer | null;
  answer: Answer | null;
}

// the stock of each sku that any of the orders asks for, and a new id for each order
const selectForCreation = prepareStatement<Row>(
  'loms_load_for_creation',
  `SELECT NULL::bigint AS order_id, sku, total_count, reserved
     FROM loms.stocks WHERE sku = ANY ($1::bigint[])
    UNION ALL
   SELECT nextval('loms.order_ids'), NULL, 0, 0 FROM generate_series(1, $2::int)`,
);

const selectForKeyedCreation = prepareStatement<KeyedRow>(
  'loms_load_for_keyed_creation',
  `SELECT new.order_id, s.sku, s.total_count, s.reserved, answered.request_hash, answered.answer
     FROM (SELECT nextval('loms.order_ids') AS order_id) new
     LEFT JOIN (${storedAnswerSql({ schema: 'loms', method: '$2', key: '$3' })}) answered ON true
     LEFT JOIN loms.stocks s ON s.sku = ANY ($1::bigint[]) AND answered.answer IS NULL`,
);

interface Loaded {
  orderId: bigint;
  stocks: Stock[];
  answered?: StoredAnswer;
}

// an order may have a thousand skus
const maxBatchSize = 32;

/**
 * A newly allocated order id, and the stock of the known skus. Nothing is locked: saving checks the stock again.
 * Calls that come at once share a statement, except those with an idempotency key.
 */
export const loadForCreation = (pool: Pool) => {
  const loadTogether = batched(async (orders: readonly (readonly bigint[])[]) => {
    const rows = await selectForCreation(pool, [[...new Set(orders.flat())], orders.length]);
    const stocks = new Map(toStocks(rows).map((stock) => [stock.sku, stock]));
    const ids = rows.filter(({ order_id }) => order_id !== null);
    return orders.map((skus, i): Loaded => ({
      orderId: orderIdOf(ids[i]),
      stocks: skus.flatMap((sku) => stocks.get(sku) ?? []),
    }));
  }, maxBatchSize);
  return async (skus: readonly bigint[], { idempotencyKey }: Call): Promise<Loaded> => {
    if (idempotencyKey === undefined) return loadTogether(skus);
    const { method, key } = idempotencyKey;
    const rows = await selectForKeyedCreation(pool, [skus, method, key]);
    const { request_hash: requestHash = null, answer = null } = rows[0] ?? {};
    const loaded = { orderId: orderIdOf(rows[0]), stocks: toStocks(rows) };
    return requestHash && answer ? { ...loaded, answered: { requestHash, answer } } : loaded;
  };
};

const toStocks = (rows: readonly Row[]): Stock[] =>
  rows.flatMap(({ sku, total_count, reserved }) =>
    sku === null ? [] : [{ sku, totalCount: total_count, reserved }],
  );

const orderIdOf = (row: Row | undefined): bigint => {
  if (typeof row?.order_id === 'bigint') return row.order_id;
  throw new Error('The statement returns an id for each order.');
};
