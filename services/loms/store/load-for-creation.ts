import type { Call } from '#platform/call.ts';
import type { Pool } from '#platform/database/pool.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { Answer, StoredAnswer } from '#platform/idempotency/answer.ts';
import { storedAnswerSql } from '#platform/idempotency/claim.ts';
import type { Stock } from '../domain/stock.ts';

interface Row {
  order_id: bigint;
  sku: bigint | null;
  total_count: bigint;
  reserved: bigint;
}

interface KeyedRow extends Row {
  request_hash: Buffer | null;
  answer: Answer | null;
}

const selectForCreation = prepareStatement<Row>(
  'loms_load_for_creation',
  `SELECT new.order_id, s.sku, s.total_count, s.reserved
     FROM (SELECT nextval('loms.order_ids') AS order_id) new
     LEFT JOIN loms.stocks s ON s.sku = ANY ($1::bigint[])`,
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

/** A new order id and the known ones of the skus, unlocked: what is decided on it is checked on saving. */
export const loadForCreation =
  (pool: Pool) =>
  async (skus: readonly bigint[], { idempotencyKey }: Call): Promise<Loaded> => {
    if (idempotencyKey === undefined) return toLoaded(await selectForCreation(pool, [skus]));
    const { method, key } = idempotencyKey;
    const rows = await selectForKeyedCreation(pool, [skus, method, key]);
    const { request_hash: requestHash = null, answer = null } = rows[0] ?? {};
    const loaded = toLoaded(rows);
    return requestHash && answer ? { ...loaded, answered: { requestHash, answer } } : loaded;
  };

const toLoaded = (rows: readonly Row[]): Loaded => {
  const [first] = rows;
  if (!first) throw new Error('The statement always returns a row.');
  const stocks = rows.flatMap(({ sku, total_count, reserved }) =>
    sku === null ? [] : [{ sku, totalCount: total_count, reserved }],
  );
  return { orderId: first.order_id, stocks };
};
