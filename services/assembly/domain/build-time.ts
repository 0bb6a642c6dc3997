/** Whole seconds, both included. */
export interface BuildTimeRange {
  readonly minSec: number;
  readonly maxSec: number;
}

/** How long a build takes: each second of the range is as likely as any other. `random` is from [0, 1). */
export const chooseBuildTimeSec = ({ minSec, maxSec }: BuildTimeRange, random: number): number =>
  minSec + Math.floor(random * (maxSec - minSec + 1));
