import type { Clock } from '#platform/base/clock.ts';
import type { Call } from '#platform/serving/call.ts';
import type { Flight } from '../domain/flight.ts';
import type { Price } from '../domain/price.ts';
import type { Quote } from '../domain/quote.ts';
import type { PriceFlight } from './price-flight.ts';

export interface QuotePriceDeps {
  now: Clock;
  /** Returns a new UUID v7. */
  newId: () => string;
  priceFlight: PriceFlight;
  /** How long a quote is honoured. */
  validityMs: number;
  saveQuote: (quote: Quote) => Promise<void>;
}

/** Prices a flight and keeps the price as a quote, which is honoured for a while. Refuses what `priceFlight` does. */
export const quotePrice =
  ({ now, newId, priceFlight, validityMs, saveQuote }: QuotePriceDeps) =>
  async (flight: Flight, call: Call): Promise<Quote & Price> => {
    const price = await priceFlight(flight, call);
    const validUntil = new Date(now().getTime() + validityMs);
    const quote = { quoteId: newId(), flight, amountMinor: price.amountMinor, validUntil };
    await saveQuote(quote);
    return { ...quote, lines: price.lines };
  };
