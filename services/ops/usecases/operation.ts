import { AppError } from '#platform/base/errors.ts';
import type { OperationName } from '../domain/words.ts';

/** What makes two calls one: the id that the caller chose, and the hash of what was asked for with it. */
export interface RequestOfAct {
  id: string;
  hash: Buffer;
}

/** What is recorded of an operation. */
export interface DoneOperation {
  id: string;
  at: Date;
  actor: string;
  operation: OperationName;
  /** The service (schema) whose outbox or inbox was changed. */
  source: string;
  /** The arguments of the request. */
  arguments: Readonly<Record<string, unknown>>;
  affectedRows: number;
  dryRun: boolean;
  outcome: 'done' | 'nothing matched';
  request?: RequestOfAct | undefined;
  /** What was changed, as JSON; undefined for a dry run. */
  changed?: object | undefined;
}

/** An operation as it is read back. */
export interface KeptOperation {
  id: string;
  at: Date;
  actor: string;
  operation: string;
  source: string;
  arguments: unknown;
  affectedRows: number;
  dryRun: boolean;
  outcome: string;
  changed: unknown;
}

/** What the answer to an act is made from, whether it was done by this call or by an earlier one. */
export type KeptChange = Pick<KeptOperation, 'id' | 'changed'>;

/** An empty text matches everything. */
export interface OperationsPage {
  source: string;
  actor: string;
  operation: string;
  /** The id of the last operation of the previous page; empty for the first page. */
  beforeId: string;
  withoutDryRuns: boolean;
  limit: number;
}

export interface OperationDeps {
  newId: () => string;
  now: () => Date;
}

export interface ActDeps extends OperationDeps {
  /** Finds what was done for the request already. Refuses an id that another request had. */
  findDone: (request: RequestOfAct | undefined) => Promise<KeptChange | undefined>;
  keepOperation: (operation: DoneOperation) => Promise<void>;
}

/** Makes the entry of an operation from the number of rows that it changed. */
export const entryOf =
  (
    { newId, now }: OperationDeps,
    asked: Omit<DoneOperation, 'id' | 'at' | 'affectedRows' | 'outcome' | 'changed'>,
  ) =>
  (affectedRows: number, changed?: object): DoneOperation => ({
    id: newId(),
    at: now(),
    ...asked,
    affectedRows,
    changed,
    outcome: affectedRows > 0 ? 'done' : 'nothing matched',
  });

/**
 * The time before which selected events failed or were sent: as requested, but never later than now, with the present
 * millisecond. Otherwise an event that fails again, or is sent again, because of this operation would be selected by its
 * next batch; that takes longer than a millisecond.
 */
export const upToNow = async (
  loadNow: () => Promise<Date>,
  asked: Date | undefined,
): Promise<Date> => {
  const next = new Date((await loadNow()).getTime() + 1);
  return asked !== undefined && asked < next ? asked : next;
};

const tries = 3;

/** Retries when a concurrent transaction was in the way; each try is a transaction of its own. */
export const withoutConflict = async <T>(work: () => Promise<T>): Promise<T> => {
  for (let left = tries - 1; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const isBusy = error instanceof AppError && error.reason === 'database-conflict';
      if (!isBusy || left === 0) throw error;
    }
  }
};

/**
 * Does an act unless it was done for the request already; then that is returned. What refuses may have found
 * the work of a call with the same id that ended meanwhile, so that is looked for once more.
 */
export const doOnce = async (
  { findDone }: Pick<ActDeps, 'findDone'>,
  request: RequestOfAct | undefined,
  act: () => Promise<KeptChange>,
): Promise<KeptChange> => {
  const done = await findDone(request);
  if (done) return done;
  try {
    return await act();
  } catch (error) {
    const meanwhile = await findDone(request);
    if (meanwhile) return meanwhile;
    throw error;
  }
};
