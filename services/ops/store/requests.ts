import { AppError } from '#platform/base/errors.ts';
import type { Pool, Queryable } from '#platform/database/pool.ts';
import type { Transaction } from '#platform/database/transaction.ts';
import type { DoneOperation, KeptChange, RequestOfAct } from '../usecases/operation.ts';
import { query } from './query.ts';
import { operations } from './schema.ts';

/** Finds the operation of a request; undefined when it was not done. Refuses an id that another request had. */
export const findDone =
  (pool: Pool) =>
  async (request: RequestOfAct | undefined): Promise<KeptChange | undefined> =>
    request && (await findOperation(pool, request));

/**
 * As `findDone`, but first waits for a call with the same id that is under way, and makes later ones wait for
 * the end of this transaction.
 */
export const lockRequest = async (
  tx: Transaction,
  request: RequestOfAct,
): Promise<KeptChange | undefined> => {
  const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
  await query(tx.client, lock, [`request ${request.id}`]);
  return findOperation(tx.client, request);
};

const findOperation = async (
  on: Queryable,
  { id, hash }: RequestOfAct,
): Promise<KeptChange | undefined> => {
  const text = 'SELECT id, changed, request_hash FROM ops.operations WHERE request_id = $1';
  const [row] = await query<KeptChange & { request_hash: Buffer }>(on, text, [id]);
  if (row === undefined || row.request_hash.equals(hash)) return row;
  throw new AppError(
    'precondition',
    'request-id-reused',
    'The request_id was used for another request before; take a new one for a new request.',
    { metadata: { request_id: id, operation_id: row.id } },
  );
};

/** Records an operation in the transaction of its change. */
export const insertOperation = async (
  tx: Transaction,
  { request, ...operation }: DoneOperation,
): Promise<void> => {
  await tx
    .insert(operations)
    .values({ ...operation, requestId: request?.id, requestHash: request?.hash });
};
