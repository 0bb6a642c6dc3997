import type { Queryable } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import type { ReplaySelection, SentRow } from '../usecases/replay.ts';
import { search } from './query.ts';

// a replay asks for 500 at a time
const readAhead = 20_000;

interface Ahead {
  question: string;
  after: bigint;
  rows: readonly SentRow[];
}

/**
 * Selects sent rows that match, in the order of `seq` after `afterSeq`. They have no index, so each read
 * scans the history: it keeps the ids of many batches, for the selection asked for last. Later batches read
 * those ids only, and check what has changed meanwhile.
 */
export const selectSentRows = (pool: Queryable) => {
  let ahead: Ahead | undefined;
  return async (source: string, selection: ReplaySelection, limit: number): Promise<SentRow[]> => {
    const { afterSeq: after, ...asked } = selection;
    const question = JSON.stringify([source, asked]);
    if (ahead?.question === question && ahead.after <= after) {
      // somewhat more than the limit, to make up for rows that have gone
      const next = ahead.rows.filter(({ seq }) => seq > after).slice(0, 2 * limit);
      const ids = next.map(({ id }) => id);
      const rows = ids.length < limit ? [] : await select(pool, source, { selection, limit, ids });
      if (rows.length === limit) return rows;
    }
    const most = Math.max(limit, readAhead);
    const rows = await select(pool, source, { selection, limit: most, ids: undefined });
    ahead = { question, after, rows: rows.slice(0, readAhead) };
    return rows.slice(0, limit);
  };
};

interface Request {
  selection: ReplaySelection;
  limit: number;
  ids: readonly string[] | undefined;
}

const select = (pool: Queryable, source: string, { selection, limit, ids }: Request) => {
  const { topic, key, sentFrom, sentBefore, afterSeq } = selection;
  return search<SentRow>(
    pool,
    `SELECT id::text, topic, key, seq FROM ${identifier(source)}.outbox
      WHERE status = 'COMPLETED' AND seq > $5
        AND ($1 = '' OR topic = $1) AND ($2 = '' OR key = $2)
        AND sent_at >= coalesce($3, '-infinity'::timestamptz) AND sent_at < $4
        ${ids ? 'AND id = ANY ($7::uuid[])' : ''}
      ORDER BY seq LIMIT $6`,
    [topic, key, sentFrom, sentBefore, afterSeq, limit, ...(ids ? [ids] : [])],
  );
};
