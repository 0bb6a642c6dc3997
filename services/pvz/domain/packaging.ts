/** The packages of the contract, by name. */
export const packages = {
  none: { lighterThanKg: Infinity, surchargeMinor: 0n },
  bag: { lighterThanKg: 10, surchargeMinor: 500n },
  box: { lighterThanKg: 30, surchargeMinor: 2_000n },
  film: { lighterThanKg: Infinity, surchargeMinor: 100n },
  // the limit of the first, both surcharges
  'bag+film': { lighterThanKg: 10, surchargeMinor: 600n },
  'box+film': { lighterThanKg: 30, surchargeMinor: 2_100n },
} as const;

export type Packaging = keyof typeof packages;

/** Finds a package by its name; no name means none. Undefined when there is no such package. */
export const findPackage = (name: string): Packaging | undefined => {
  if (name === '') return 'none';
  return Object.hasOwn(packages, name) ? (name as Packaging) : undefined;
};
