import * as fc from 'fast-check';
import type { LomsTables } from '../../testing/loms/tables.ts';
import { keys } from './attacks/keys.ts';
import { countCreations } from './metrics.ts';
import { firstKeyed } from './payloads.ts';

type Counts = ReadonlyMap<string, number>;

/**
 * Finds orders whose callers never learned of them, unless they had already disconnected, and keys that do not have
 * one order.
 */
export const findTableFaults = async (
  url: string,
  tables: LomsTables,
  answers: Counts,
): Promise<string[]> => {
  const counts = await countCreations(url).catch(() => new Map<string, number>());
  // calls with a key did not each create an order
  const keyed = sumOf(answers, `${keys.name}: 200`, `${keys.name}: 412`);
  const kept = sumOf(counts, 'OK', 'FAILED_PRECONDITION') - keyed;
  const unknown = sumOf(counts, 'CANCELLED', 'DEADLINE_EXCEEDED');
  const { orders, withKey, known } = await countOrders(tables);
  const faults = (await tables.findHalfDone()).map((row) => `half done: ${fc.stringify(row)}`);
  if (orders < kept || orders > kept + unknown)
    faults.push(`${orders} orders are kept, ${kept} were answered, ${unknown} given up`);
  if (withKey !== known) faults.push(`${withKey} orders are kept for ${known} idempotency keys`);
  return faults;
};

const sumOf = (counts: Counts, ...names: readonly string[]): number =>
  names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);

const countOrders = async ({ admin }: LomsTables) => {
  const { rows } = await admin.query<{ orders: number; withKey: number; known: number }>(
    `SELECT count(*) FILTER (WHERE user_id < $1 OR user_id > $1 + 2)::int AS orders,
            count(*) FILTER (WHERE user_id BETWEEN $1 AND $1 + 2)::int AS "withKey",
            (SELECT count(*)::int FROM loms.idempotency_keys) AS known
       FROM loms.orders`,
    [firstKeyed],
  );
  return rows[0] ?? { orders: NaN, withKey: NaN, known: NaN };
};
