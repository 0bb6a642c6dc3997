import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import { sleep } from '#platform/base/sleep.ts';

const ripeningTries = 4;
const ripeningMs = 2;

/**
 * Returns the highest `seq` allocated so far, once every transaction that may hold a lower one has ended;
 * undefined when some take too long. One transaction may write two rows of a key with a row of another in
 * between: the bound must not admit the second while the first can still appear behind a cursor.
 */
export const readBound = (pool: Pool, source: string): (() => Promise<string | undefined>) => {
  const selectBound = prepareStatement<{ bound: string }>(
    `bound_${source}`,
    `SELECT last_value::text AS bound FROM ${identifier(source)}.outbox_seq_seq`,
  );
  return async () => {
    const [highest] = await selectBound(pool, []);
    // read after the sequence, so it is above every transaction that allocated a value up to there
    const [begun] = await selectBegun(pool, []);
    for (let tries = 0; highest && begun && tries < ripeningTries; tries += 1) {
      const [ended] = await selectEnded(pool, [begun.next]);
      if (ended?.all) return highest.bound;
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
