/** Bounds of the build time in whole seconds, both inclusive. */
export interface BuildTimeRange {
  readonly minSec: number;
  readonly maxSec: number;
}

/** Draws a build time; every whole second of the range is equally likely. `random` is from [0, 1). */
export const chooseBuildTimeSec = ({ minSec, maxSec }: BuildTimeRange, random: number): number =>
  minSec + Math.floor(random * (maxSec - minSec + 1));
