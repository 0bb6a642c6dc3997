import { AppError } from '#platform/base/errors.ts';

/** What is kept of an operation. */
export interface DoneOperation {
  id: string;
  at: Date;
  actor: string;
  operation: 'redrive' | 'discard' | 'replay' | 'redrive-dead-letters' | 'discard-dead-letter';
  /** The service (schema) whose outbox or inbox was changed. */
  source: string;
  /** What was asked for. */
  arguments: Readonly<Record<string, unknown>>;
  affectedRows: number;
  dryRun: boolean;
  outcome: 'done' | 'nothing matched';
}

/** As it is read back. */
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

/** Empty text: all. */
export interface OperationsPage {
  source: string;
  actor: string;
  operation: string;
  /** The id of the last one of the page before; empty: the first page. */
  beforeId: string;
  limit: number;
}

export interface OperationDeps {
  newId: () => string;
  now: () => Date;
}

/** Makes the entry of an operation from how many rows it changed. */
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
 * Up to when things are taken: as was asked, but never later than now. Else what an operation itself brings
 * about (it fails again, it is sent again) would be taken by the next of its batches.
 */
export const upToNow = async (
  loadNow: () => Promise<Date>,
  asked: Date | undefined,
): Promise<Date> => {
  const now = await loadNow();
  return asked !== undefined && asked < now ? asked : now;
};

const tries = 3;

/** Tries again what another one at work was in the way of; each try is a transaction of its own. */
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
