import { createProgress } from '../domain/progress.ts';
import type { RequestPlan } from '../domain/request-plan.ts';
import type { UnsentRow } from '../domain/row.ts';

const mostPerBucket = 500;

export interface ReadRequest {
  /** Per bucket, the `seq` behind which to read. */
  readonly cursors: ReadonlyMap<number, string>;
  readonly rowsPerBucket: number;
  /** The highest `seq` to read; undefined: whatever there is. */
  readonly bound: string | undefined;
}

export interface ShortReadRequest {
  readonly buckets: readonly number[];
  /** The `seq` behind which to read, in all buckets. */
  readonly floor: string;
  readonly limit: number;
}

export interface Read {
  readonly rows: UnsentRow[];
  /** So few that they are all there is: no row waits behind them. */
  readonly isThin: boolean;
  /** Has everything of the bucket been read? */
  readonly isWhole: (bucket: number) => boolean;
}

/** One pass over the buckets of an assignment: each read goes on where the rows dealt with ended. */
export interface Reading {
  /** From the floor: finds what committed late. */
  first(): Promise<Read>;
  /** Once more from the floor, without the rows named: they are sent, and it cannot be seen yet. */
  again(sent: ReadonlySet<string>): Promise<Read>;
  /** From the cursors, up to a bound that was taken before the first read. */
  next(bound: string): Promise<Read>;
  /** Notes what a plan makes of the rows of a read. */
  advance(read: Read, plan: RequestPlan): void;
  /** The `seq` up to which nothing unsent is left when all that was planned is marked. */
  settledUpTo(bound: string): string;
}

export interface ReadingOptions {
  buckets: readonly number[];
  floor: string;
  batchRows: number;
  readUnsent: (request: ReadRequest) => Promise<UnsentRow[]>;
  readShort: (request: ShortReadRequest) => Promise<UnsentRow[]>;
}

/** Each bucket gets an equal part of the batch; when only a few have rows, their part grows. */
export const startReading = (options: ReadingOptions): Reading => {
  const { buckets, floor, batchRows, readUnsent, readShort } = options;
  const progress = createProgress(buckets, floor);
  const equalPart = Math.max(1, Math.ceil(batchRows / buckets.length));
  const thinRows = Math.max(1, Math.ceil(batchRows / 2));
  let rowsPerBucket = equalPart;

  const readParts = async (bound: string | undefined): Promise<Read> => {
    const limit = rowsPerBucket;
    const rows = await readUnsent({ cursors: progress.cursors, rowsPerBucket: limit, bound });
    const counts = countByBucket(rows);
    const isWhole = (bucket: number) => (counts.get(bucket) ?? 0) < limit;
    const isThin = rows.length < thinRows && buckets.every(isWhole);
    if (rows.length > batchRows) rowsPerBucket = equalPart;
    else if (!isThin) rowsPerBucket = Math.min(limit * 2, mostPerBucket);
    return { rows, isThin, isWhole };
  };
  const readThin = async (): Promise<UnsentRow[] | undefined> => {
    const rows = await readShort({ buckets, floor, limit: thinRows });
    return rows.length < thinRows ? rows : undefined;
  };
  return {
    first: async () => {
      const rows = await readThin();
      return rows ? { rows, isThin: true, isWhole: () => true } : readParts(undefined);
    },
    again: async (sent) => {
      const rows = (await readThin())?.filter(({ id }) => !sent.has(id));
      // many rows are the next pass's affair
      return { rows: rows ?? [], isThin: true, isWhole: () => rows !== undefined };
    },
    next: readParts,
    advance: ({ rows, isWhole }, plan) => progress.note(rows, plan, isWhole),
    settledUpTo: (bound) => progress.settledUpTo(bound),
  };
};

const countByBucket = (rows: readonly UnsentRow[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const { bucket } of rows) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return counts;
};
