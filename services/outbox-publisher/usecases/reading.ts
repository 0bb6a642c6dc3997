import { createProgress } from '../domain/progress.ts';
import type { ReadSize } from '../domain/read-size.ts';
import type { RequestPlan } from '../domain/request-plan.ts';
import type { ReadThrough, SeqFloor } from '../domain/seq-floor.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { RoundRobin } from '../domain/round-robin.ts';

const mostPerBucket = 500;

export interface ReadRequest {
  /** Per bucket, the `seq` after which to read. */
  readonly cursors: ReadonlyMap<number, string>;
  readonly rowsPerBucket: number;
  /** The highest `seq` to read; undefined for no limit. */
  readonly bound: string | undefined;
}

export interface ShortReadRequest {
  readonly buckets: readonly number[];
  /** The `seq` after which to read, in all buckets. */
  readonly floor: string;
  readonly limit: number;
}

export interface RowsRead {
  readonly rows: UnsentRow[];
  /**
   * The answer was too large: rows behind the last one were left out, of its bucket and of the buckets after
   * it.
   */
  readonly isCut: boolean;
}

export interface Read {
  readonly rows: UnsentRow[];
  /** So few rows that they are all there are: no row waits behind them. */
  readonly isThin: boolean;
  /** Has everything of the bucket been read? */
  readonly isWhole: (bucket: number) => boolean;
}

/** One pass over the buckets of an assignment: each read begins where the handled rows ended. */
export interface Reading {
  /** Reads from the floors, which finds what committed late. */
  first(): Promise<Read>;
  /** Reads from the floors again, without the given rows, which are sent but not yet marked. */
  again(sent: ReadonlySet<string>): Promise<Read>;
  /** Reads from the cursors, up to a bound that was taken before the first read. */
  next(bound: string): Promise<Read>;
  /** Records what a plan does with the rows of a read. */
  advance(read: Read, plan: RequestPlan): void;
  /** How far the pass is complete, once everything planned is marked. */
  readThrough(bound: string): ReadThrough;
  /** Was the last read thin? */
  isThin(): boolean;
}

export interface ReadingOptions {
  buckets: readonly number[];
  floor: Pick<SeqFloor, 'of'>;
  batchRows: number;
  /** The last pass ended with few rows, so this one probably begins with few. */
  expectThin: boolean;
  size: ReadSize;
  roundRobin: RoundRobin;
  readUnsent: (request: ReadRequest) => Promise<RowsRead>;
  readShort: (request: ShortReadRequest) => Promise<RowsRead>;
}

/**
 * Each bucket gets an equal part of the batch; when only a few have rows, their part grows. When rows are so
 * large that not every bucket can get one, the buckets are read round robin.
 */
export const startReading = (options: ReadingOptions): Reading => {
  const { buckets, floor, batchRows, size, roundRobin, readShort } = options;
  const floors = new Map(buckets.map((bucket) => [bucket, floor.of(bucket)]));
  const lowestFloor = [...floors.values()].reduce(lower);
  const progress = createProgress(floors);
  const equalPart = Math.max(1, Math.ceil(batchRows / buckets.length));
  const thinRows = Math.max(1, Math.ceil(batchRows / 2));
  const readUnsent = measured(options.readUnsent, size);
  const readFromFloor = measured(readShort, size);
  let rowsPerBucket = equalPart;
  let wasThin = options.expectThin;

  const readBuckets = async (chunk: readonly number[], bound: string | undefined) => {
    const limit = Math.max(1, Math.min(rowsPerBucket, Math.floor(size.rows() / chunk.length)));
    const cursors = new Map(
      chunk.map((bucket) => [bucket, progress.cursors.get(bucket) ?? lowestFloor]),
    );
    const { rows, isCut } = await readUnsent({ cursors, rowsPerBucket: limit, bound });
    if (isCut) roundRobin.beginWith(rows.at(-1)?.bucket ?? 0);
    const counts = countByBucket(rows);
    return { rows, isFull: (bucket: number) => isCut || (counts.get(bucket) ?? 0) >= limit };
  };
  const readParts = async (bound: string | undefined): Promise<Read> => {
    const asked = new Set<number>();
    const readNext = () => {
      const chunk = roundRobin.next(buckets, Math.min(size.rows(), buckets.length - asked.size));
      for (const bucket of chunk) asked.add(bucket);
      return readBuckets(chunk, bound);
    };
    let read = await readNext();
    while (read.rows.length === 0 && asked.size < buckets.length) read = await readNext();
    const { rows, isFull } = read;
    const isWhole = (bucket: number) => asked.has(bucket) && !isFull(bucket);
    const isThin = rows.length < thinRows && buckets.every(isWhole);
    if (rows.length > batchRows) rowsPerBucket = equalPart;
    else if (!isThin) rowsPerBucket = Math.min(rowsPerBucket * 2, mostPerBucket);
    return { rows, isThin, isWhole };
  };
  const readThin = async (): Promise<UnsentRow[] | undefined> => {
    const limit = Math.min(thinRows, size.rows());
    const { rows, isCut } = await readFromFloor({ buckets, floor: lowestFloor, limit });
    return rows.length < limit && !isCut ? rows : undefined;
  };
  return {
    first: async () => {
      const rows = options.expectThin ? await readThin() : undefined;
      return rows ? { rows, isThin: true, isWhole: () => true } : readParts(undefined);
    },
    again: async (sent) => {
      const rows = (await readThin())?.filter(({ id }) => !sent.has(id));
      // many rows are left to the next pass
      return { rows: rows ?? [], isThin: true, isWhole: () => rows !== undefined };
    },
    next: readParts,
    advance: ({ isThin, isWhole }, plan) => {
      wasThin = isThin;
      progress.note(plan, isWhole);
    },
    readThrough: (bound) => progress.readThrough(bound),
    isThin: () => wasThin,
  };
};

const lower = (a: string, b: string): string => (BigInt(a) < BigInt(b) ? a : b);

/** Sizes the next read by what this one has found. */
const measured =
  <Request>(read: (request: Request) => Promise<RowsRead>, size: ReadSize) =>
  async (request: Request): Promise<RowsRead> => {
    try {
      const found = await read(request);
      size.note(found.rows);
      return found;
    } catch (error) {
      size.shrink();
      throw error;
    }
  };

const countByBucket = (rows: readonly UnsentRow[]): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const { bucket } of rows) counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  return counts;
};
