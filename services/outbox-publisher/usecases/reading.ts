import type { UnsentRow } from '../domain/row.ts';

const floor = '0';
const mostPerBucket = 500;

export interface ReadRequest {
  /** Per bucket, the `seq` behind which to read. */
  readonly cursors: ReadonlyMap<number, string>;
  readonly rowsPerBucket: number;
  /** The highest `seq` to read; undefined: whatever there is. */
  readonly bound: string | undefined;
}

export interface Read {
  readonly rows: UnsentRow[];
  /** Few enough that waiting rows cannot be many: there is no hurry to read on. */
  readonly isThin: boolean;
}

/** One pass over the buckets of an assignment: each read goes on where the rows dealt with ended. */
export interface Reading {
  /** From the floor: finds what committed late. */
  first(): Promise<Read>;
  /** From the cursors, up to a bound that was taken before the first read. */
  next(bound: string): Promise<Read>;
  advance(cursors: ReadonlyMap<number, string>): void;
}

export interface ReadingOptions {
  buckets: readonly number[];
  batchRows: number;
  readUnsent: (request: ReadRequest) => Promise<UnsentRow[]>;
}

/** Each bucket gets an equal part of the batch; when only a few have rows, their part grows. */
export const startReading = ({ buckets, batchRows, readUnsent }: ReadingOptions): Reading => {
  const cursors = new Map(buckets.map((bucket) => [bucket, floor]));
  const equalPart = Math.max(1, Math.ceil(batchRows / buckets.length));
  let rowsPerBucket = equalPart;
  const read = async (bound: string | undefined): Promise<Read> => {
    const limit = rowsPerBucket;
    const rows = await readUnsent({ cursors, rowsPerBucket: limit, bound });
    const isThin = rows.length < batchRows / 2 && !hasFullBucket(rows, limit);
    if (rows.length > batchRows) rowsPerBucket = equalPart;
    else if (!isThin) rowsPerBucket = Math.min(limit * 2, mostPerBucket);
    return { rows, isThin };
  };
  return {
    first: () => read(undefined),
    next: (bound) => read(bound),
    advance: (dealtWith) => {
      for (const [bucket, seq] of dealtWith) cursors.set(bucket, seq);
    },
  };
};

const hasFullBucket = (rows: readonly UnsentRow[], limit: number): boolean => {
  const counts = new Map<number, number>();
  for (const { bucket } of rows) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return [...counts.values()].some((count) => count >= limit);
};
