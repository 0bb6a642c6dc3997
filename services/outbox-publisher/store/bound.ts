import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { sleep } from '#platform/base/sleep.ts';

const ripeningTries = 4;
const ripeningMs = 2;

/**
 * The highest `seq` given out so far, once every transaction that may hold a lower one has ended; undefined
 * when some take too long. Two rows of a key may be of one transaction, with another's place between them:
 * the bound must not admit the second while the first can still appear behind a cursor.
 */
export const readBound = (pool: Pool, source: string): (() => Promise<string | undefined>) => {
  const selectBound = prepareStatement<{ bound: string }>(
    `bound_${source}`,
    `SELECT last_value::text AS bound FROM ${identifier(source)}.outbox_seq_seq`,
  );
  return async () => {
    const [place] = await selectBound(pool, []);
    // later than the look at the sequence, so above every transaction that took a place up to there
    const [begun] = await selectBegun(pool, []);
    for (let tries = 0; place && begun && tries < ripeningTries; tries += 1) {
      const [ended] = await selectEnded(pool, [begun.next]);
      if (ended?.all) return place.bound;
      await sleep(ripeningMs);
    }
    return undefined;
  };
};

const selectBegun = prepareStatement<{ next: string }>(
  'bound_begun',
  'SELECT pg_current_xact_id()::text AS next',
);

const selectEnded = prepareStatement<{ all: boolean }>(
  'bound_ended',
  'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS all',
);
