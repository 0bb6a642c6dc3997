import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { StuckOrder } from '../usecases/group-sagas.ts';
import type { System } from '../usecases/tell-lifecycles.ts';
import { search } from './query.ts';

/** Lists orders of a system that have not ended in time, the oldest first; none where nothing watches over that. */
export const listStuckOrders =
  (pool: Pool) =>
  async ({ name, lifecycle }: System, limit: number): Promise<StuckOrder[]> => {
    const { key, orders } = lifecycle.tables;
    if (orders.stuckSince === undefined) return [];
    const [id, since] = [identifier(key), identifier(orders.stuckSince)];
    return search<StuckOrder>(
      pool,
      `SELECT ${id}::text AS key, ${since} AS since FROM ${identifier(name)}.${identifier(orders.table)}
        WHERE ${since} IS NOT NULL ORDER BY ${id} LIMIT $1`,
      [limit],
    );
  };
