/** Converts minor units (kopecks) to the major ones (rubles) of a contract that has a double. */
export const toMajorUnits = (minor: bigint): number => Number(minor) / 100;

/** Converts major units to whole minor ones. Throws for more than two decimals, and beyond 2^53-1. */
export const toMinorUnits = (major: number): bigint => {
  const minor = Math.round(major * 100);
  if (Number.isSafeInteger(minor) && minor / 100 === major) return BigInt(minor);
  throw new RangeError(`${major} is no amount with two decimals at the most.`);
};
