import type { Clock } from '#platform/base/clock.ts';
import type { Call } from '#platform/serving/call.ts';
import { requireDeparture } from '../domain/departure.ts';
import type { Flight } from '../domain/flight.ts';
import { priceOf, type Load, type Price, type PriceRules } from '../domain/price.ts';

export interface PriceFlightDeps {
  now: Clock;
  rules: PriceRules;
  /** Finds how full the flight is; undefined when that cannot be known now. */
  findLoad: (flight: Flight, call: Call) => Promise<Load | undefined>;
}

export type PriceFlight = (flight: Flight, call: Call) => Promise<Price>;

/**
 * Prices a flight by the rules. When nobody knows how full it is, it has a price all the same. Refuses a day that does
 * not exist and a flight that has departed.
 */
export const priceFlight =
  ({ now, rules, findLoad }: PriceFlightDeps): PriceFlight =>
  async (flight, call) => {
    const at = now();
    const departure = requireDeparture(flight, at);
    return priceOf(rules, flight, { departure, now: at, load: await findLoad(flight, call) });
  };
