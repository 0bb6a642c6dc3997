/** What became of steady calls, by their number. */
export interface Placed {
  perSecond: number;
  /** When the first call was due, by the clock of the machine; the others follow evenly. */
  firstDueMs: number;
  /** How long after its due time each was sent: the generator's own lateness. */
  lateMs: number[];
  /** From its due time to its answer. */
  tookMs: number[];
  failures: string[];
}

/** The calls that were due in a period. */
export interface Calls {
  tookMs: Float64Array;
  lateMs: Float64Array;
}

/** A period, by the clock of the machine. */
export interface Period {
  fromMs: number;
  toMs: number;
}

/** The time by the clock of the machine, which all its processes share, finer than milliseconds. */
export const nowMs = (): number => performance.timeOrigin + performance.now();

export const callsIn = (placed: Placed, { fromMs, toMs }: Period): Calls => {
  const numberAt = (ms: number) =>
    Math.max(0, Math.ceil(((ms - placed.firstDueMs) * placed.perSecond) / 1_000));
  const part = (of: readonly number[]) =>
    Float64Array.from(of.slice(numberAt(fromMs), numberAt(toMs)));
  return { tookMs: part(placed.tookMs), lateMs: part(placed.lateMs) };
};
