import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { FactsOfOrder, System } from '../usecases/tell-lifecycles.ts';
import { searchOften } from './query.ts';

interface FactRow {
  key: string;
  state: string;
  name: string | null;
  at: Date | null;
  reason: string | null;
  isLate: boolean;
}

/** Lists what a system has stored of orders: their states, and their facts by time. It finds them by their primary keys. */
export const listFacts =
  (pool: Pool) =>
  async (system: System, keys: readonly string[]): Promise<FactsOfOrder[]> => {
    const ids = keys.filter(isIdOf(system));
    if (ids.length === 0) return [];
    const { key, keyType, facts, orders } = system.lifecycle.tables;
    const at = (table: string) => `${identifier(system.name)}.${identifier(table)}`;
    const reason = facts.reason === undefined ? 'NULL::text' : `f.${identifier(facts.reason)}`;
    const late =
      orders.stuckSince === undefined ? 'false' : `o.${identifier(orders.stuckSince)} IS NOT NULL`;
    const rows = await searchOften<FactRow>(
      pool,
      `SELECT o.${identifier(key)}::text AS key, o.${identifier(orders.state)}::text AS state,
              f.${identifier(facts.fact)}::text AS name, f.${identifier(facts.at)} AS at, ${reason} AS reason,
              ${late} AS "isLate"
         FROM ${at(orders.table)} o LEFT JOIN ${at(facts.table)} f USING (${identifier(key)})
        WHERE o.${identifier(key)} = ANY ($1::${keyType}[]) ORDER BY 1, 4`,
      [ids],
    );
    return [...Map.groupBy(rows, (row) => row.key)].map(([id, ofOrder]) => ({
      key: id,
      state: ofOrder[0]?.state ?? '',
      isLate: ofOrder[0]?.isLate ?? false,
      facts: ofOrder.flatMap(({ name, at: moment, reason: why }) =>
        name === null ? [] : [{ name, at: moment ?? undefined, reason: why ?? undefined }],
      ),
    }));
  };

const patterns = {
  bigint: /^[1-9]\d{0,17}$/,
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
};

/** Whether a text can be the id of an order of a system. */
export const isIdOf =
  ({ lifecycle }: System) =>
  (text: string): boolean =>
    patterns[lifecycle.tables.keyType].test(text);
