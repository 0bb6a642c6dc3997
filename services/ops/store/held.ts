import { identifier } from '#platform/database/identifier.ts';
import type { Pool } from '#platform/database/pool.ts';
import type { HeldPartition } from '../domain/held.ts';
import { searchOften } from './query.ts';

/** Lists the partitions that consumers of a service hold; there are a few at most. */
export const listHeld =
  (pool: Pool) =>
  async (service: string): Promise<HeldPartition[]> => {
    const rows = await searchOften<Omit<HeldPartition, 'service'>>(
      pool,
      `SELECT consumer, topic, partition, "offset", error, attempts, since, tried_at AS "triedAt"
         FROM ${identifier(service)}.inbox_held_partitions ORDER BY consumer, topic, partition`,
      [],
    );
    return rows.map((row) => ({ service, ...row }));
  };
