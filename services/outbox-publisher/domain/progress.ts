import type { RequestPlan } from './request-plan.ts';
import type { UnsentRow } from './row.ts';

/** How far a pass over some buckets has got. */
export interface Progress {
  /** Per bucket, the `seq` behind which to read on. */
  readonly cursors: ReadonlyMap<number, string>;
  /** Notes what became of the rows of a read; `isWhole`: each bucket was read to its end. */
  note(rows: readonly UnsentRow[], plan: RequestPlan, isWhole: (bucket: number) => boolean): void;
  /**
   * The `seq` up to which no unsent row is left, once all that was planned is sent and marked: never above
   * `bound`, up to which every row was there to be read.
   */
  settledUpTo(bound: string): string;
}

/** Begins behind the floor: what lies below it is settled. */
export const createProgress = (buckets: readonly number[], floor: string): Progress => {
  const cursors = new Map(buckets.map((bucket) => [bucket, floor]));
  const unfinished = new Set(buckets);
  let lowestLeft: bigint | undefined;
  return {
    cursors,
    note: (rows, plan, isWhole) => {
      for (const [bucket, seq] of plan.cursors) cursors.set(bucket, seq);
      for (const bucket of buckets) {
        if (isWhole(bucket)) unfinished.delete(bucket);
        else unfinished.add(bucket);
      }
      for (const { seq } of leftOf(rows, plan)) {
        const left = BigInt(seq);
        if (lowestLeft === undefined || left < lowestLeft) lowestLeft = left;
      }
    },
    settledUpTo: (bound) => {
      let settled = BigInt(bound);
      for (const bucket of unfinished)
        settled = lower(settled, BigInt(cursors.get(bucket) ?? floor));
      if (lowestLeft !== undefined) settled = lower(settled, lowestLeft - 1n);
      return settled.toString();
    },
  };
};

/** Rows that were read and did not go into the request: they rest, wait, or found no room. */
const leftOf = (rows: readonly UnsentRow[], plan: RequestPlan): readonly UnsentRow[] => {
  const going = plan.parts.reduce((sum, part) => sum + part.rows.length, 0);
  if (going === rows.length) return [];
  const ids = new Set(plan.parts.flatMap((part) => part.rows.map(({ id }) => id)));
  return rows.filter(({ id }) => !ids.has(id));
};

const lower = (a: bigint, b: bigint): bigint => (a < b ? a : b);
