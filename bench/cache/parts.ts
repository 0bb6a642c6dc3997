/** The id of a part of the benchmark. */
export const partIdOf = (n: number): string =>
  `be000000-0000-7000-8000-${String(n).padStart(12, '0')}`;
