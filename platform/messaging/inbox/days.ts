import { identifier } from '../../database/identifier.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Logger } from '../../base/logger.ts';
import { repeat } from '../../base/loops.ts';

export interface InboxDaysParts {
  pool: Queryable;
  schema: string;
  logger: Logger;
}

const daysAhead = 3;
// This is longer than topics retain messages (7 days), so the inbox knows every message that can still be delivered.
const retentionDays = 14;
const everyMs = 3_600_000;
const backoff = { firstMs: 15_000, maxMs: 60_000 };

/** Creates daily partitions of the inbox ahead and drops old ones, every hour, until the signal aborts. */
export const keepInboxDays = (
  { pool, schema, logger }: InboxDaysParts,
  signal: AbortSignal,
): Promise<void> => {
  const at = identifier(schema);
  const drop = `SELECT ${at}.drop_oldest_inbox_partition(${retentionDays}) AS is_dropped`;
  const name = 'making and dropping partitions of the inbox';
  return repeat({ name, logger, facts: { schema }, everyMs, backoff }, signal, async () => {
    await pool.query(`SELECT ${at}.make_inbox_partitions(${daysAhead})`);
    while (await isTrue(pool, drop))
      logger.info({ schema }, 'the oldest day of the inbox was dropped');
  });
};

const isTrue = async (pool: Queryable, text: string): Promise<boolean> => {
  const { rows } = await pool.query<{ is_dropped: boolean }>(text);
  return rows[0]?.is_dropped === true;
};
