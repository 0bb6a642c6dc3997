import { createProgress } from '../domain/progress.ts';
import type { ReadSize } from '../domain/read-size.ts';
import type { RequestPlan } from '../domain/request-plan.ts';
import type { ReadThrough, SeqFloor } from '../domain/seq-floor.ts';
import type { UnsentRow } from '../domain/row.ts';
import type { Turns } from '../domain/turns.ts';

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

export interface RowsRead {
  readonly rows: UnsentRow[];
  /** Rows behind the last one were left out, of its bucket and of those after it: they were too large together. */
  readonly isCut: boolean;
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
  /** From the floors: finds what committed late. */
  first(): Promise<Read>;
  /** Once more from the floors, without the rows named: they are sent, and it cannot be seen yet. */
  again(sent: ReadonlySet<string>): Promise<Read>;
  /** From the cursors, up to a bound that was taken before the first read. */
  next(bound: string): Promise<Read>;
  /** Notes what a plan makes of the rows of a read. */
  advance(read: Read, plan: RequestPlan): void;
  /** What was read through when all that was planned is marked. */
  readThrough(bound: string): ReadThrough;
  /** Was the last read thin? */
  isThin(): boolean;
}

export interface ReadingOptions {
  buckets: readonly number[];
  floor: Pick<SeqFloor, 'of'>;
  batchRows: number;
  /** The last pass ended where rows are few, and so will this one, it seems. */
  expectThin: boolean;
  size: ReadSize;
  turns: Turns;
  readUnsent: (request: ReadRequest) => Promise<RowsRead>;
  readShort: (request: ShortReadRequest) => Promise<RowsRead>;
}

/**
 * Each bucket gets an equal part of the batch; when only a few have rows, their part grows. Where rows are so
 * large that not every bucket can get one, they take turns.
 */
export const startReading = (options: ReadingOptions): Reading => {
  const { buckets, floor, batchRows, size, turns, readShort } = options;
  const floors = new Map(buckets.map((bucket) => [bucket, floor.of(bucket)]));
  const lowestFloor = [...floors.values()].reduce(lower);
  const progress = createProgress(floors);
  const equalPart = Math.max(1, Math.ceil(batchRows / buckets.length));
  const thinRows = Math.max(1, Math.ceil(batchRows / 2));
  const readUnsent = measured(options.readUnsent, size);
  const readFromFloor = measured(readShort, size);
  let rowsPerBucket = equalPart;
  let wasThin = options.expectThin;

  const readTurn = async (turn: readonly number[], bound: string | undefined) => {
    const limit = Math.max(1, Math.min(rowsPerBucket, Math.floor(size.rows() / turn.length)));
    const cursors = new Map(
      turn.map((bucket) => [bucket, progress.cursors.get(bucket) ?? lowestFloor]),
    );
    const { rows, isCut } = await readUnsent({ cursors, rowsPerBucket: limit, bound });
    if (isCut) turns.beginWith(rows.at(-1)?.bucket ?? 0);
    const counts = countByBucket(rows);
    return { rows, isFull: (bucket: number) => isCut || (counts.get(bucket) ?? 0) >= limit };
  };
  const readParts = async (bound: string | undefined): Promise<Read> => {
    const asked = new Set<number>();
    const nextTurn = () => {
      const turn = turns.next(buckets, Math.min(size.rows(), buckets.length - asked.size));
      for (const bucket of turn) asked.add(bucket);
      return readTurn(turn, bound);
    };
    let read = await nextTurn();
    while (read.rows.length === 0 && asked.size < buckets.length) read = await nextTurn();
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
      // many rows are the next pass's affair
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

/** Lets each read tell the next ones how large they may be. */
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
