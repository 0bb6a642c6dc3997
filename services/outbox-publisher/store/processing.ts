import type { Pool } from '#platform/database/pool.ts';
import { identifier } from '#platform/database/identifier.ts';
import { prepareStatement } from '#platform/database/statement.ts';
import type { UnsentRow } from '../domain/row.ts';
import { pvzPolicy } from '../domain/topic-rules.ts';
import type { FailedSend } from '../usecases/failed-sends.ts';
import { fence } from './fence.ts';
import { isStillUnsent } from './refusals.ts';

export interface ProcessingStore {
  /**
   * Marks rows PROCESSING, even those that another publisher has left so; returns them with their new tuple
   * ids, without rows that were changed meanwhile.
   */
  readonly markProcessing: (
    epoch: bigint,
    rows: readonly UnsentRow[],
  ) => Promise<UnsentRow[] | 'fenced'>;
  /**
   * Counts an attempt of each row that was not changed meanwhile; the last attempt makes it FAILED and stores
   * the cause in its headers.
   */
  readonly countFailedSends: (
    epoch: bigint,
    rows: readonly UnsentRow[],
    cause: string,
  ) => Promise<FailedSend[] | 'fenced'>;
}

type Fenced<Row> = ({ fenced: boolean } & Row) | { fenced: boolean; id: null };

// the log has the full text of the error
const causeLength = 500;

/** The two steps of policy `pvz`, for one source. */
export const createProcessingStore = (pool: Pool, source: string): ProcessingStore => {
  const outbox = `${identifier(source)}.outbox`;
  const taken = `FROM unnest($2::tid[], $3::uuid[]) AS taken(tuple_id, id)
        WHERE o.ctid = taken.tuple_id AND o.id = taken.id AND ${isStillUnsent} AND EXISTS (SELECT FROM fence)`;
  const answer = `SELECT NOT EXISTS (SELECT FROM fence) AS fenced, changed.*
       FROM (SELECT 1) one LEFT JOIN changed ON true`;
  const setProcessing = prepareStatement<Fenced<{ id: string; tupleId: string }>>(
    `mark_processing_${source}`,
    `WITH ${fence('$1')}, changed AS (
       UPDATE ${outbox} o SET status = 'PROCESSING' ${taken}
       RETURNING o.id::text AS id, o.ctid::text AS "tupleId")
     ${answer}`,
  );
  const countAttempts = prepareStatement<Fenced<FailedSend>>(
    `count_failed_sends_${source}`,
    `WITH ${fence('$1')}, changed AS (
       UPDATE ${outbox} o
          SET attempts = attempts + 1, last_attempt_at = clock_timestamp(),
              (status, error, headers) = (
                SELECT CASE WHEN is_last THEN 'FAILED' ELSE 'CREATED' END::${identifier(source)}.outbox_status,
                       CASE WHEN is_last THEN 'NO_ATTEMPTS_LEFT' END,
                       CASE WHEN is_last THEN o.headers || jsonb_build_object('last_error', $4::text) ELSE o.headers END
                  FROM (SELECT o.attempts + 1 >= ${pvzPolicy.maxAttempts} AS is_last) attempt)
         ${taken}
       RETURNING o.id::text AS id, attempts, status = 'FAILED' AS "hasFailed")
     ${answer}`,
  );
  return {
    markProcessing: async (epoch, rows) => {
      const answered = await setProcessing(pool, [epoch, ...tupleIdsOf(rows)]);
      const marked = changedOf(answered);
      if (marked === 'fenced') return marked;
      const tupleIds = new Map(marked.map(({ id, tupleId }) => [id, tupleId]));
      return rows.flatMap((row) => {
        const tupleId = tupleIds.get(row.id);
        return tupleId === undefined ? [] : { ...row, tupleId };
      });
    },
    countFailedSends: async (epoch, rows, cause) => {
      const values = [epoch, ...tupleIdsOf(rows), textOf(cause)];
      const counted = changedOf(await countAttempts(pool, values));
      if (counted === 'fenced') return counted;
      return counted.map(({ id, attempts, hasFailed }) => ({ id, attempts, hasFailed }));
    },
  };
};

// Postgres cannot store a NUL in text
const textOf = (cause: string): string => cause.replaceAll('\0', '').slice(0, causeLength);

const tupleIdsOf = (rows: readonly UnsentRow[]) => [
  rows.map(({ tupleId }) => tupleId),
  rows.map(({ id }) => id),
];

const changedOf = <Row extends { id: string }>(answered: Fenced<Row>[]): Row[] | 'fenced' => {
  if (answered[0]?.fenced !== false) return 'fenced';
  return answered.filter((row): row is { fenced: boolean } & Row => row.id !== null);
};
