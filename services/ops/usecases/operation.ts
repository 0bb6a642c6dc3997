import { AppError } from '#platform/base/errors.ts';

/** What is recorded of an operation. */
export interface DoneOperation {
  id: string;
  at: Date;
  actor: string;
  operation: 'redrive' | 'discard' | 'replay' | 'redrive-dead-letters' | 'discard-dead-letter';
  /** The service (schema) whose outbox or inbox was changed. */
  source: string;
  /** The arguments of the request. */
  arguments: Readonly<Record<string, unknown>>;
  affectedRows: number;
  dryRun: boolean;
  outcome: 'done' | 'nothing matched';
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
}

/** An empty text matches everything. */
export interface OperationsPage {
  source: string;
  actor: string;
  operation: string;
  /** The id of the last operation of the previous page; empty for the first page. */
  beforeId: string;
  limit: number;
}

export interface OperationDeps {
  newId: () => string;
  now: () => Date;
}

/** Makes the entry of an operation from the number of rows that it changed. */
export const entryOf =
  (
    { newId, now }: OperationDeps,
    asked: Omit<DoneOperation, 'id' | 'at' | 'affectedRows' | 'outcome'>,
  ) =>
  (affectedRows: number): DoneOperation => ({
    id: newId(),
    at: now(),
    ...asked,
    affectedRows,
    outcome: affectedRows > 0 ? 'done' : 'nothing matched',
  });

/**
 * The time up to which events are selected: as requested, but never later than now. Otherwise an event that
 * fails again, or is sent again, because of this operation would be selected by its next batch.
 */
export const upToNow = async (
  loadNow: () => Promise<Date>,
  asked: Date | undefined,
): Promise<Date> => {
  const now = await loadNow();
  return asked !== undefined && asked < now ? asked : now;
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
