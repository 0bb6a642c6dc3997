import type { RequestPlan } from './request-plan.ts';
import { createRestingRows } from './resting-rows.ts';
import type { ReadThrough } from './seq-floor.ts';

/** How far a pass over some buckets has got. */
export interface Progress {
  /** Per bucket, the `seq` behind which to read on. */
  readonly cursors: ReadonlyMap<number, string>;
  /** Notes what becomes of the rows of a read; `isWhole`: each bucket was read to its end. */
  note(plan: RequestPlan, isWhole: (bucket: number) => boolean): void;
  /**
   * What was read through, once all that was planned is sent and marked: never above `bound`, up to which
   * every row was there to be read.
   */
  readThrough(bound: string): ReadThrough;
}

/** Begins behind the floors: what lies below them is settled. */
export const createProgress = (floors: ReadonlyMap<number, string>): Progress => {
  const cursors = new Map(floors);
  const unfinished = new Set(floors.keys());
  const lowestLeft = new Map<number, bigint>();
  const resting = createRestingRows();
  const settledUpTo = (bucket: number, bound: bigint): bigint => {
    const read = unfinished.has(bucket) ? BigInt(cursors.get(bucket) ?? 0) : undefined;
    const left = lowestLeft.get(bucket);
    return lower(lower(bound, read), left === undefined ? undefined : left - 1n);
  };
  return {
    cursors,
    note: (plan, isWhole) => {
      for (const [bucket, seq] of plan.cursors) cursors.set(bucket, seq);
      for (const bucket of floors.keys()) {
        if (isWhole(bucket)) unfinished.delete(bucket);
        else unfinished.add(bucket);
      }
      for (const [bucket, seq] of plan.left)
        lowestLeft.set(bucket, lower(BigInt(seq), lowestLeft.get(bucket)));
      for (const { topic, partition, first } of plan.resting)
        for (const [bucket, seq] of first) resting.note({ topic, partition, bucket, seq });
    },
    readThrough: (bound) => ({
      from: floors,
      upTo: new Map(
        [...floors.keys()].map((bucket) => [bucket, settledUpTo(bucket, BigInt(bound)).toString()]),
      ),
      resting: resting.all(),
    }),
  };
};

const lower = (a: bigint, b: bigint | undefined): bigint => (b === undefined || a < b ? a : b);
