import type { RequestPlan } from './request-plan.ts';
import { createBackedOffRows } from './backed-off-rows.ts';
import type { ReadThrough } from './seq-floor.ts';

/** How far a pass has read the buckets. */
export interface Progress {
  /** Per bucket, the `seq` after which the next read begins. */
  readonly cursors: ReadonlyMap<number, string>;
  /** Records what is done with the rows of a read; `isWhole` tells whether a bucket was read to its end. */
  note(plan: RequestPlan, isWhole: (bucket: number) => boolean): void;
  /**
   * How far the pass is complete, once everything planned is sent and marked; never above `bound`, up to
   * which every row was visible.
   */
  readThrough(bound: string): ReadThrough;
}

/** Begins at the floors: everything below them is done. */
export const createProgress = (floors: ReadonlyMap<number, string>): Progress => {
  const cursors = new Map(floors);
  const unfinished = new Set(floors.keys());
  const lowestUnsent = new Map<number, bigint>();
  const backedOff = createBackedOffRows();
  const settledUpTo = (bucket: number, bound: bigint): bigint => {
    const read = unfinished.has(bucket) ? BigInt(cursors.get(bucket) ?? 0) : undefined;
    const unsent = lowestUnsent.get(bucket);
    return lower(lower(bound, read), unsent === undefined ? undefined : unsent - 1n);
  };
  return {
    cursors,
    note: (plan, isWhole) => {
      for (const [bucket, seq] of plan.cursors) cursors.set(bucket, seq);
      for (const bucket of floors.keys()) {
        if (isWhole(bucket)) unfinished.delete(bucket);
        else unfinished.add(bucket);
      }
      for (const [bucket, seq] of plan.firstUnsent)
        lowestUnsent.set(bucket, lower(BigInt(seq), lowestUnsent.get(bucket)));
      for (const { topic, partition, first } of plan.backedOff)
        for (const [bucket, seq] of first) backedOff.note({ topic, partition, bucket, seq });
    },
    readThrough: (bound) => ({
      from: floors,
      upTo: new Map(
        [...floors.keys()].map((bucket) => [bucket, settledUpTo(bucket, BigInt(bound)).toString()]),
      ),
      backedOff: backedOff.all(),
    }),
  };
};

const lower = (a: bigint, b: bigint | undefined): bigint => (b === undefined || a < b ? a : b);
