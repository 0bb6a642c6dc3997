/** A random number generator that repeats its numbers for the same seed. */
export interface Random {
  /** Returns an integer from `low` up to, but not including, `high`. */
  between: (low: number, high: number) => number;
  pick: <T>(from: readonly T[]) => T;
}

/** The generator mulberry32, which is small and even enough for choosing faults. */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (low, high) => low + next() * (high - low),
    pick: <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T,
  };
};
