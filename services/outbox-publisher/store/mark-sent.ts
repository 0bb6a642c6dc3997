import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { SentRow } from '../domain/row.ts';
import { fence } from './fence.ts';

/** Marks rows as COMPLETED; returns false, with nothing changed, when the epoch has ended. */
export type MarkSent = (epoch: bigint, sent: readonly SentRow[]) => Promise<boolean>;

interface Marked {
  fenced: boolean;
  marked: number;
}

/**
 * One statement per batch. Rows are found by their tuple ids; a row that an operator has updated since it was
 * read is not found there and is marked by its id in a second statement.
 */
export const markSent = (pool: Pool, source: string): MarkSent => {
  const byTupleId = prepareStatement<Marked>(
    `mark_sent_by_tuple_id_${source}`,
    markText(source, 'o.ctid = sent.tuple_id AND o.id = sent.id'),
  );
  const byId = prepareStatement<Marked>(
    `mark_sent_by_id_${source}`,
    // never one that has FAILED since it was read: an operator decides about it
    markText(source, "o.id = sent.id AND o.status <> 'FAILED'"),
  );
  return async (epoch, sent) => {
    // arrays as text: pg would escape each of thousands of values, and there is nothing to escape
    const values = [
      epoch,
      `{"${sent.map(({ row }) => row.tupleId).join('","')}"}`,
      `{${sent.map(({ row }) => row.id).join()}}`,
      `{${sent.map(({ partition }) => partition).join()}}`,
      `{${sent.map(({ offset }) => offset).join()}}`,
    ];
    const [first] = await byTupleId(pool, values);
    if (first?.marked === sent.length) return true;
    if (first?.fenced !== false) return false;
    const [second] = await byId(pool, values);
    return second?.fenced === false;
  };
};

const markText = (source: string, match: string): string => `
  WITH ${fence('$1')}, marked AS (
    UPDATE ${identifier(source)}.outbox o
       SET status = 'COMPLETED', sent_at = clock_timestamp(), partition = sent.partition,
           "offset" = sent.offset
      FROM unnest($2::tid[], $3::uuid[], $4::integer[], $5::bigint[])
           AS sent(tuple_id, id, partition, "offset")
     WHERE ${match} AND o.sent_at IS NULL AND EXISTS (SELECT FROM fence)
    RETURNING 1)
  SELECT NOT EXISTS (SELECT FROM fence) AS fenced, (SELECT count(*)::integer FROM marked) AS marked`;
