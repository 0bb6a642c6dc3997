import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { hasError, isWaiting } from '#platform/messaging/outbox/row-states.ts';
import type { KeyOfTopic, RedriveSelection } from '../usecases/redrive.ts';
import { search } from './query.ts';
import { eventsOf, isFailed } from './rows.ts';
import { firstLine } from './stuck-groups.ts';

/** Loads the database's time, rounded as its columns round: what was stored before is never later. */
export const loadNow = (pool: Pool) => async (): Promise<Date> => {
  const text = 'SELECT clock_timestamp()::timestamptz(3) AS now';
  const [row] = await search<{ now: Date }>(pool, text, []);
  if (!row) throw new Error('The database did not tell its time.');
  return row.now;
};

/**
 * Selects the keys whose FAILED events match, those that failed first at the head. A key that is named is
 * also found when rows of it wait for a FAILED one that was deleted.
 */
export const selectFailedKeys =
  (pool: Pool) =>
  (source: string, selection: RedriveSelection, limit: number): Promise<KeyOfTopic[]> => {
    const { topic, key, reason, failedFrom, failedBefore } = selection;
    return search<KeyOfTopic>(
      pool,
      `SELECT e.topic, e.key FROM ${eventsOf(`${identifier(source)}.outbox`)}
        WHERE (${isFailed} OR ($2 <> '' AND $3 = '' AND e.sent_at IS NULL AND e.is_waiting))
          AND ($1 = '' OR e.topic = $1) AND ($2 = '' OR e.key = $2) AND ($3 = '' OR e.error = $3 OR ${firstLine('e.error')} = $3)
          AND coalesce(e.last_attempt_at, e.created_at) >= coalesce($4, '-infinity'::timestamptz)
          AND coalesce(e.last_attempt_at, e.created_at) < $5
        GROUP BY e.topic, e.key
        ORDER BY min(coalesce(e.last_attempt_at, e.created_at)), e.topic, e.key LIMIT $6`,
      [topic, key, reason, failedFrom, failedBefore, limit],
    );
  };

/** Counts the FAILED events of the keys, and the rows that wait behind them. */
export const countHeld =
  (pool: Pool) =>
  async (
    source: string,
    keys: readonly KeyOfTopic[],
  ): Promise<{ failed: number; waiting: number }> => {
    const outbox = `${identifier(source)}.outbox`;
    const isOfKeys = '(topic, key) IN (SELECT * FROM unnest($1::text[], $2::text[]))';
    const [counts] = await search<{ failed: number; waiting: number }>(
      pool,
      `SELECT (SELECT count(*)::integer FROM ${eventsOf(outbox)}
                WHERE ${hasError} AND discarded_at IS NULL AND ${isOfKeys}) AS failed,
              (SELECT count(*)::integer FROM ${outbox} WHERE ${isWaiting} AND ${isOfKeys}) AS waiting`,
      [keys.map(({ topic }) => topic), keys.map(({ key }) => key)],
    );
    return counts ?? { failed: 0, waiting: 0 };
  };
