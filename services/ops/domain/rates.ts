/** A counter that only grows, as it was at one time. */
export interface Count {
  count: bigint;
  atMs: number;
}

/** Counters by name. */
export type Counters = ReadonlyMap<string, Count>;

interface Sample {
  atMs: number;
  counters: Counters;
}

export interface RateHistory {
  fromMs: number;
  stepMs: number;
  series: { name: string; perSecond: number[] }[];
}

export interface Rates {
  /** Notes what is known of the counters at this moment; some may have been looked at a while ago. */
  add(atMs: number, counters: Counters): void;
  /** How much a counter grew a second, over the last few seconds; undefined when that is not known. */
  perSecond(name: string): number | undefined;
  history: () => RateHistory;
}

/** The rate of a step in which a counter was not known at both ends. */
const unknown = -1;

/** Keeps counters for a while and tells their rates. Holds one sample a step, however often counters are noted. */
export const createRates = ({ stepMs, steps }: { stepMs: number; steps: number }): Rates => {
  // the last sample of each step, the present one included
  const samples: Sample[] = [];
  const stepOf = (atMs: number) => Math.floor(atMs / stepMs);
  // an older one than the last: a rate needs some time, or it would jump, and another look at the counter
  const before = (last: Sample, name: string) =>
    samples.findLast(
      ({ atMs, counters }) =>
        atMs <= last.atMs - stepMs / 2 &&
        counters.get(name)?.atMs !== last.counters.get(name)?.atMs,
    ) ?? samples[0];
  const at = (step: number) => samples.find(({ atMs }) => stepOf(atMs) === step);
  return {
    add: (atMs, counters) => {
      const last = samples.at(-1);
      if (last && atMs <= last.atMs) return;
      if (last && stepOf(last.atMs) === stepOf(atMs)) samples.pop();
      samples.push({ atMs, counters });
      while (samples.length > steps + 2) samples.shift();
    },
    perSecond: (name) => {
      const last = samples.at(-1);
      const rate = last && rateOf(name, before(last, name), last);
      return rate === unknown ? undefined : rate;
    },
    history: () => {
      const last = samples.at(-1);
      if (last === undefined) return { fromMs: 0, stepMs, series: [] };
      // the present step is not over
      const first = stepOf(last.atMs) - steps;
      const range = Array.from({ length: steps }, (_, index) => first + index);
      const names = new Set(samples.flatMap(({ counters }) => [...counters.keys()]));
      const series = [...names].map((name) => ({
        name,
        perSecond: range.map((step) => rateOf(name, at(step - 1), at(step))),
      }));
      return { fromMs: first * stepMs, stepMs, series };
    },
  };
};

const rateOf = (name: string, from: Sample | undefined, to: Sample | undefined): number => {
  const [start, end] = [from?.counters.get(name), to?.counters.get(name)];
  if (start === undefined || end === undefined || end.atMs <= start.atMs) return unknown;
  // a counter that goes back is another one, e.g. of a topic that was made again
  if (end.count < start.count) return unknown;
  return Math.round((Number(end.count - start.count) / (end.atMs - start.atMs)) * 10_000) / 10;
};
