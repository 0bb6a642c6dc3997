import type { Flight } from './flight.ts';

/** A factor in ten-thousandths: 11_500n is × 1.15. */
export type Factor = bigint;

/** The factor of everything from this threshold up to the next one. */
export interface Band {
  readonly from: bigint;
  readonly factor: Factor;
}

/** What a flight costs. Amounts are in minor units. */
export interface PriceRules {
  readonly defaultBaseMinor: bigint;
  /** By `routeKey`. */
  readonly baseMinor: ReadonlyMap<string, bigint>;
  readonly defaultAirlineFactor: Factor;
  readonly airlineFactors: ReadonlyMap<string, Factor>;
  /** By whole days of 24 hours until the departure. The first band begins at 0, later ones ascend. */
  readonly daysAhead: readonly Band[];
  /** By the percentage of the seats that are sold. The first band begins at 0, later ones ascend. */
  readonly load: readonly Band[];
}

/** How many seats of a flight there are, and how many of them are sold. */
export interface Load {
  readonly capacity: number;
  readonly sold: number;
}

/** What one rule adds to a price; below zero when it makes the flight cheaper. */
export interface PriceLine {
  /** For people. */
  readonly label: string;
  readonly amountMinor: bigint;
}

export interface Price {
  /** The sum of the lines. */
  readonly amountMinor: bigint;
  readonly lines: readonly PriceLine[];
}

export interface PriceFacts {
  readonly departure: Date;
  readonly now: Date;
  /** Absent when it is not known. */
  readonly load?: Load | undefined;
}

export const routeKey = ({ from, to }: Pick<Flight, 'from' | 'to'>): string => `${from}-${to}`;

/** One factor of a price, in the words of its line; without a factor the line only says why there is none. */
interface Step {
  readonly label: string;
  readonly factor?: Factor;
}

/**
 * The price of a flight. Each factor multiplies what the lines before it add up to, rounded half up to a whole minor
 * unit, and its line is the difference: so the lines always add up to the amount.
 */
export const priceOf = (rules: PriceRules, flight: Flight, facts: PriceFacts): Price => {
  const base = baseOf(rules, flight);
  const lines = [base];
  let amountMinor = base.amountMinor;
  for (const { label, factor = one } of [
    airlineStep(rules, flight),
    daysAheadStep(rules, facts),
    loadStep(rules, facts.load),
  ]) {
    const next = multiply(amountMinor, factor);
    lines.push({ label, amountMinor: next - amountMinor });
    amountMinor = next;
  }
  return { amountMinor, lines };
};

/** One, as a factor. */
export const one: Factor = 10_000n;

/** Multiplies an amount above zero; half a minor unit is rounded up. */
export const multiply = (amountMinor: bigint, factor: Factor): bigint =>
  (amountMinor * factor + one / 2n) / one;

const baseOf = ({ baseMinor, defaultBaseMinor }: PriceRules, flight: Flight): PriceLine => {
  const route = `${flight.from}–${flight.to}`;
  const ofRoute = baseMinor.get(routeKey(flight));
  return ofRoute === undefined
    ? { label: `base, no rule for ${route}`, amountMinor: defaultBaseMinor }
    : { label: `base ${route}`, amountMinor: ofRoute };
};

const step = (what: string, factor: Factor): Step => ({
  label: `${what} × ${factorWords(factor)}`,
  factor,
});

const airlineStep = (
  { airlineFactors, defaultAirlineFactor }: PriceRules,
  { airline }: Flight,
): Step => step(`airline ${airline}`, airlineFactors.get(airline) ?? defaultAirlineFactor);

const dayMs = 86_400_000;

const daysAheadStep = ({ daysAhead }: PriceRules, { departure, now }: PriceFacts): Step => {
  const days = BigInt(Math.max(0, Math.floor((departure.getTime() - now.getTime()) / dayMs)));
  return step(`${days} ${days === 1n ? 'day' : 'days'} ahead`, factorIn(daysAhead, days));
};

const loadStep = ({ load: bands }: PriceRules, load: Load | undefined): Step => {
  if (load === undefined) return { label: 'load unknown: the flight could not be asked' };
  const percent =
    load.capacity > 0 ? (BigInt(load.sold) * 100n) / BigInt(load.capacity) : soldOutPercent;
  return step(`load ${percent} %`, factorIn(bands, percent));
};

/** A flight without seats is sold out. */
const soldOutPercent = 100n;

const factorIn = (bands: readonly Band[], value: bigint): Factor =>
  bands.findLast(({ from }) => from <= value)?.factor ?? one;

/** The decimals of a factor: 11_500n is `1.15`. */
const factorWords = (factor: Factor): string => {
  const decimals = (factor % one).toString().padStart(4, '0').replace(/0+$/, '');
  return decimals === '' ? `${factor / one}` : `${factor / one}.${decimals}`;
};
