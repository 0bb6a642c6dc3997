import type { RequestPlan } from './request-plan.ts';
import type { UnsentRow } from './row.ts';

/** How far a pass over some buckets has got. */
export interface Progress {
  /** Per bucket, the `seq` behind which to read on. */
  readonly cursors: ReadonlyMap<number, string>;
  /** Notes what became of the rows of a read; `isWhole`: each bucket was read to its end. */
  note(rows: readonly UnsentRow[], plan: RequestPlan, isWhole: (bucket: number) => boolean): void;
  /**
   * Per bucket, the `seq` up to which no unsent row is left, once all that was planned is sent and marked:
   * never above `bound`, up to which every row was there to be read.
   */
  settledUpTo(bound: string): ReadonlyMap<number, string>;
}

/** Begins behind the floors: what lies below them is settled. */
export const createProgress = (floors: ReadonlyMap<number, string>): Progress => {
  const cursors = new Map(floors);
  const unfinished = new Set(floors.keys());
  const lowestLeft = new Map<number, bigint>();
  return {
    cursors,
    note: (rows, plan, isWhole) => {
      for (const [bucket, seq] of plan.cursors) cursors.set(bucket, seq);
      for (const bucket of floors.keys()) {
        if (isWhole(bucket)) unfinished.delete(bucket);
        else unfinished.add(bucket);
      }
      for (const { bucket, seq } of leftOf(rows, plan)) {
        lowestLeft.set(bucket, lower(BigInt(seq), lowestLeft.get(bucket)));
      }
    },
    settledUpTo: (bound) => {
      const settled = (bucket: number): bigint => {
        const read = unfinished.has(bucket) ? BigInt(cursors.get(bucket) ?? 0) : undefined;
        const left = lowestLeft.get(bucket);
        return lower(lower(BigInt(bound), read), left === undefined ? undefined : left - 1n);
      };
      return new Map([...floors.keys()].map((bucket) => [bucket, settled(bucket).toString()]));
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

const lower = (a: bigint, b: bigint | undefined): bigint => (b === undefined || a < b ? a : b);
